import * as api from '../../api/people.ts'
import type { Pass } from '../../server/gate/judgement.ts'
import { type AdminFlags, withAdminClient } from '../admin/connection.ts'
import type { CliContext } from '../context.ts'

/** Whom a visit is judged for. */
export interface VisitorFlags extends AdminFlags {
  readonly as?: string
  readonly group?: readonly string[]
  readonly oneFactor: boolean
}

/** A visitor, and what of them was taken for granted rather than looked up; null is a stranger. */
export interface PolicyVisitor {
  readonly pass: Pass | null
  readonly assumed: string | null
}

/**
 * Who somebody is to the gate: as the store or server knows them where one is named, else with the groups of the
 * command line alone.
 *
 * @throws Failure `person_not_found`
 */
export async function policyVisitor(context: CliContext, flags: VisitorFlags): Promise<PolicyVisitor> {
  if (flags.as === undefined) return { pass: null, assumed: lonely(flags) }
  const pass = (username: string, groups: readonly string[]): Pass => ({
    username,
    groups: [...new Set(['everyone', ...groups])],
    factors: flags.oneFactor ? 'one' : 'two',
    authenticatedAtMs: context.now(),
    limits: null,
  })
  const named = flags.group ?? []
  if (!namesStore(context, flags)) return { pass: pass(flags.as, named), assumed: assumption(flags.as, named) }
  const params = { person: flags.as }
  const person = await withAdminClient(context, flags, (client) => client.call(api.readPerson, { params }))
  if (!person.enabled) return { pass: null, assumed: `${person.username} is disabled and counts as a stranger.` }
  const known = person.groups.map(({ name }) => name)
  return { pass: pass(person.username, [...known, ...named]), assumed: null }
}

// A stranger is in no group and showed no factor: whoever says so forgot the name.
function lonely({ group = [], oneFactor }: VisitorFlags): string | null {
  if (group.length === 0 && !oneFactor) return null
  return '--group and --one-factor speak of a person and counted for nothing: name one with --as.'
}

function assumption(username: string, groups: readonly string[]): string {
  const told = groups.length === 0 ? 'no group but everyone' : `${groups.join(', ')} and everyone`
  return `Taken for granted: ${username} exists and is in ${told}. With --data-dir or --server they are looked up.`
}

function namesStore({ env }: CliContext, flags: AdminFlags): boolean {
  const { dataDir, databaseUrl, server } = flags
  const variables = ['WATCHWORD_DATA_DIR', 'WATCHWORD_DATABASE_URL', 'WATCHWORD_SERVER']
  return [dataDir, databaseUrl, server, ...variables.map((name) => env[name])].some((value) => value !== undefined)
}
