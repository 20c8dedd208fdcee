import { FreshCache } from '../fresh-cache.ts'
import type { Role } from '../../http/actor.ts'
import type { Storage } from '../../database/storage.ts'
import { everyone } from '../groups/everyone.ts'
import { groupsOf, personById } from './store.ts'

/** A person as every request needs them: who they are and what their groups add to that. */
export interface KnownPerson {
  readonly id: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  readonly source: 'local' | 'oidc'
  readonly enabled: boolean
  /** The highest of the person's own role and their groups'. */
  readonly role: Role
  /** Always holds the built-in `everyone`. */
  readonly groupIds: readonly string[]
  /** The same groups by name, for rules and the apps behind the gate. */
  readonly groupNames: readonly string[]
  readonly mayAddAccounts: boolean
  readonly preferences: Readonly<Record<string, string | boolean>>
}

/** The part of an actor that says who the person is, whatever opened the door. */
export function asActor({ id: personId, username, role, groupIds, mayAddAccounts }: KnownPerson) {
  return { kind: 'person', personId, username, role, groupIds, mayAddAccounts } as const
}

/** Kind of change that concerns one person. */
export const personChange = 'person'
/** Kind of change that concerns a group and so all its members. */
export const groupChange = 'group'

const maxPeopleKept = 50_000

/** Who everybody is, from memory while the change feed vouches for it. */
export type Directory = FreshCache<KnownPerson>

/** People as rights need them, kept in memory and read anew once anything about them or their groups changed. */
export function createDirectory(storage: Storage): Directory {
  return new FreshCache({
    changes: storage.changes,
    kind: personChange,
    clearedBy: [groupChange],
    load: (personId) => loadPerson(storage, personId),
    maxEntries: maxPeopleKept,
  })
}

async function loadPerson(storage: Storage, personId: string): Promise<KnownPerson | null> {
  const person = await personById(storage.db, personId)
  if (person === null) return null
  const groups = await groupsOf(storage.db, personId)
  return {
    id: person.id,
    username: person.username,
    displayName: person.displayName,
    email: person.email,
    source: person.source,
    enabled: person.enabled,
    role: highestRole([person.role, ...groups.map((group) => group.role)]),
    groupNames: groups.map((group) => group.name),
    groupIds: [everyone.id, ...groups.map((group) => group.id).filter((id) => id !== everyone.id)],
    mayAddAccounts: groups.some((group) => group.mayAddAccounts),
    preferences: person.preferences,
  }
}

const ranks: Record<Role, number> = { member: 0, auditor: 1, administrator: 2 }

/** The most a person may be, of everything that gives them a role. */
export function highestRole(roles: readonly (Role | null)[]): Role {
  return roles.reduce<Role>((best, role) => (role !== null && ranks[role] > ranks[best] ? role : best), 'member')
}
