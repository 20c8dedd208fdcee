import { buildCommand, buildRouteMap } from '@stricli/core'
import * as api from '../../api/people.ts'
import type { Client } from '../../client/client.ts'
import type { CliContext } from '../context.ts'
import { type AdminFlags, adminFlags, withAdminClient } from './connection.ts'

interface GroupFlags extends AdminFlags {
  readonly role?: 'administrator' | 'auditor' | 'member' | 'none'
  readonly mayAddAccounts?: boolean
}

interface UpdateFlags extends GroupFlags {
  readonly name?: string
}

const text = (value: string) => value

const groupFlags = {
  ...adminFlags,
  role: {
    kind: 'enum',
    values: ['administrator', 'auditor', 'member', 'none'],
    optional: true,
    brief: 'What its members may do beyond grants',
  },
  mayAddAccounts: { kind: 'boolean', optional: true, brief: 'Members may add accounts to the vault' },
} as const

const group = { brief: 'Name or id of the group', parse: text, placeholder: 'GROUP' } as const
const oneGroup = { kind: 'tuple', parameters: [group] } as const
const groupAndPerson = {
  kind: 'tuple',
  parameters: [group, { brief: 'User name or id of the person', parse: text, placeholder: 'NAME' }],
} as const

const listCommand = buildCommand<AdminFlags, [], CliContext>({
  func: list,
  parameters: { flags: adminFlags },
  docs: { brief: 'List the groups', fullDescription: 'Example:\n  watchword admin groups list --json' },
})

const createCommand = buildCommand<GroupFlags, [string], CliContext>({
  func: create,
  parameters: { flags: groupFlags, positional: oneGroup },
  docs: {
    brief: 'Make a group',
    fullDescription: 'Example:\n  watchword admin groups create platform --may-add-accounts',
  },
})

const updateCommand = buildCommand<UpdateFlags, [string], CliContext>({
  func: update,
  parameters: {
    flags: {
      ...groupFlags,
      name: { kind: 'parsed', parse: text, optional: true, brief: 'A new name', placeholder: 'TEXT' },
    },
    positional: oneGroup,
  },
  docs: {
    brief: 'Change a group',
    fullDescription: 'Example:\n  watchword admin groups update auditors --role auditor',
  },
})

const membersCommand = buildCommand<AdminFlags, [string], CliContext>({
  func: members,
  parameters: { flags: adminFlags, positional: oneGroup },
  docs: { brief: 'List who is in a group', fullDescription: 'Example:\n  watchword admin groups members platform' },
})

const addCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  func: add,
  parameters: { flags: adminFlags, positional: groupAndPerson },
  docs: { brief: 'Add a person to a group', fullDescription: 'Example:\n  watchword admin groups add platform grace' },
})

const removeCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  func: remove,
  parameters: { flags: adminFlags, positional: groupAndPerson },
  docs: {
    brief: 'Take a person out of a group',
    fullDescription: 'Example:\n  watchword admin groups remove platform grace',
  },
})

const deleteCommand = buildCommand<AdminFlags, [string], CliContext>({
  func: deleteGroup,
  parameters: { flags: adminFlags, positional: oneGroup },
  docs: {
    brief: 'Delete a group and the grants it held',
    fullDescription: 'Example:\n  watchword admin groups delete platform',
  },
})

/** `watchword admin groups`: people who get the same rights. */
export const groupRoutes = buildRouteMap<string, CliContext>({
  routes: {
    list: listCommand,
    create: createCommand,
    update: updateCommand,
    members: membersCommand,
    add: addCommand,
    remove: removeCommand,
    delete: deleteCommand,
  },
  docs: { brief: 'Administer groups' },
})

async function list(this: CliContext, flags: AdminFlags): Promise<void> {
  const groups = await withAdminClient(this, flags, allGroups)
  if (flags.json) return this.printJson({ items: groups })
  for (const each of groups) this.print(lineOf(each))
}

async function create(this: CliContext, flags: GroupFlags, name: string): Promise<void> {
  const body = { name, ...given(flags) }
  tell(this, flags, await withAdminClient(this, flags, (client) => client.call(api.createGroup, { body })))
}

async function update(this: CliContext, flags: UpdateFlags, name: string): Promise<void> {
  const body = { ...given(flags), ...(flags.name === undefined ? {} : { name: flags.name }) }
  const call = (client: Client) => client.call(api.updateGroup, { params: { group: name }, body })
  tell(this, flags, await withAdminClient(this, flags, call))
}

async function members(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const people = await withAdminClient(this, flags, (client) => allMembers(client, name))
  if (flags.json) return this.printJson({ items: people })
  if (people.length === 0) return this.say(`Nobody is in ${name}.`)
  for (const { username, displayName } of people)
    this.print(displayName === '' ? username : `${username}  ${displayName}`)
}

async function add(this: CliContext, flags: AdminFlags, name: string, person: string): Promise<void> {
  const params = { group: name, person }
  await withAdminClient(this, flags, (client) => client.call(api.addMember, { params }))
  if (flags.json) return this.printJson({ ...params, member: true })
  this.say(`${person} is in ${name}.`)
}

async function remove(this: CliContext, flags: AdminFlags, name: string, person: string): Promise<void> {
  const params = { group: name, person }
  await withAdminClient(this, flags, (client) => client.call(api.removeMember, { params }))
  if (flags.json) return this.printJson({ ...params, member: false })
  this.say(`${person} is no longer in ${name}.`)
}

async function deleteGroup(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  await withAdminClient(this, flags, (client) => client.call(api.deleteGroup, { params: { group: name } }))
  if (flags.json) return this.printJson({ deleted: name })
  this.say(`${name} is deleted.`)
}

function tell(context: CliContext, { json }: AdminFlags, answer: api.Group): void {
  if (json) context.printJson(answer)
  else context.print(lineOf(answer))
}

function given({ role, mayAddAccounts }: GroupFlags) {
  return {
    ...(role === undefined ? {} : { role: role === 'none' ? null : role }),
    ...(mayAddAccounts === undefined ? {} : { mayAddAccounts }),
  }
}

async function allGroups(client: Client): Promise<api.Group[]> {
  const groups: api.Group[] = []
  let cursor: string | undefined
  do {
    const page = await client.call(api.listGroups, { query: cursor === undefined ? {} : { cursor } })
    groups.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return groups
}

async function allMembers(client: Client, name: string): Promise<api.Person[]> {
  const people: api.Person[] = []
  let cursor: string | undefined
  do {
    const query = cursor === undefined ? {} : { cursor }
    const page = await client.call(api.listMembers, { params: { group: name }, query })
    people.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return people
}

function lineOf({ name, source, role, mayAddAccounts, memberCount }: api.Group): string {
  const extra = [role ?? '', mayAddAccounts ? 'adds accounts' : ''].filter((part) => part !== '')
  return [name, source, `${memberCount} members`, ...extra].join('  ')
}
