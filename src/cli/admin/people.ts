import { buildCommand, buildRouteMap } from '@stricli/core'
import * as api from '../../api/people.ts'
import type { Client } from '../../client/client.ts'
import type { CliContext } from '../context.ts'
import { type AdminFlags, adminFlags, serverOf, withAdminClient } from './connection.ts'
import { type EnablingFlags, wantedState } from './enabling.ts'

type Role = api.Person['role']

interface ListFlags extends AdminFlags {
  readonly search?: string
}

interface PersonFlags extends AdminFlags {
  readonly displayName?: string
  readonly email?: string
  readonly role?: Role
}

interface UpdateFlags extends PersonFlags, EnablingFlags {}

const text = (value: string) => value

function word(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, optional: true, brief, placeholder } as const
}

const personFlags = {
  ...adminFlags,
  displayName: word('What others see', 'TEXT'),
  email: word('Where notices go', 'ADDRESS'),
  role: {
    kind: 'enum',
    values: ['administrator', 'auditor', 'member'],
    optional: true,
    brief: 'What they may do beyond grants',
  },
} as const

const onePerson = {
  kind: 'tuple',
  parameters: [{ brief: 'User name or id of the person', parse: text, placeholder: 'NAME' }],
} as const

type Run = (this: CliContext, flags: AdminFlags, name: string) => Promise<void>

/** A command about one person that needs no more than their name. */
function personCommand(func: Run, brief: string, example: string) {
  return buildCommand<AdminFlags, [string], CliContext>({
    func,
    parameters: { flags: adminFlags, positional: onePerson },
    docs: { brief, fullDescription: `${brief}.\n\nExample:\n  watchword admin people ${example}` },
  })
}

const listCommand = buildCommand<ListFlags, [], CliContext>({
  func: list,
  parameters: { flags: { ...adminFlags, search: word('Part of a name or address', 'TEXT') } },
  docs: { brief: 'List people', fullDescription: 'Example:\n  watchword admin people list --search ada --json' },
})

const inviteCommand = buildCommand<PersonFlags, [string], CliContext>({
  func: invite,
  parameters: { flags: personFlags, positional: onePerson },
  docs: {
    brief: 'Add a local person and print their one-time setup link',
    fullDescription:
      'The link lets them choose a passphrase and enrol an authenticator. It works once and for three days.\n\nExample:\n  watchword admin people invite grace --role auditor',
  },
})

const updateCommand = buildCommand<UpdateFlags, [string], CliContext>({
  func: update,
  parameters: {
    flags: {
      ...personFlags,
      enable: { kind: 'boolean', default: false, withNegated: false, brief: 'Let them log in again' },
      disable: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'End their sessions; their tokens open nothing',
      },
    },
    positional: onePerson,
  },
  docs: {
    brief: 'Change a person',
    fullDescription:
      'Examples:\n  watchword admin people update grace --role administrator\n  watchword admin people update grace --disable',
  },
})

/** `watchword admin people`: who may log in. */
export const peopleRoutes = buildRouteMap<string, CliContext>({
  routes: {
    list: listCommand,
    show: personCommand(show, 'Show a person', 'show grace'),
    invite: inviteCommand,
    update: updateCommand,
    reset: personCommand(
      reset,
      'End all a local person has and print a new setup link, for whoever lost everything',
      'reset grace',
    ),
    lift: personCommand(lift, 'Lift the lock that wrong codes brought about', 'lift grace'),
    delete: personCommand(remove, 'Delete a person; the audit keeps what it says of them', 'delete grace'),
  },
  docs: { brief: 'Administer people' },
})

async function list(this: CliContext, { search, ...flags }: ListFlags): Promise<void> {
  const query = search === undefined ? {} : { search }
  const people = await withAdminClient(this, flags, (client) => allPeople(client, query))
  if (flags.json) return this.printJson({ items: people })
  if (people.length === 0) return this.say('There are no such people.')
  for (const person of people) this.print(lineOf(person))
}

async function show(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const person = await withAdminClient(this, flags, (client) =>
    client.call(api.readPerson, { params: { person: name } }),
  )
  if (flags.json) return this.printJson(person)
  const { groups, ...rest } = person
  for (const [field, value] of Object.entries(rest)) {
    if (value !== '' && value !== null) this.print(`${field}: ${String(value)}`)
  }
  this.print(`groups: ${groups.map((group) => group.name).join(', ')}`)
}

async function invite(this: CliContext, flags: PersonFlags, username: string): Promise<void> {
  const body = { username, ...given(flags) }
  const answer = await withAdminClient(this, flags, (client) => client.call(api.createPerson, { body }))
  tellLink(this, flags, { ...answer, setupUrl: reachable(this, flags, answer.setupUrl) })
}

async function update(this: CliContext, flags: UpdateFlags, name: string): Promise<void> {
  const wanted = wantedState(flags)
  const enabled = wanted === undefined ? {} : { enabled: wanted }
  const body = { ...given(flags), ...enabled }
  const person = await withAdminClient(this, flags, (client) =>
    client.call(api.updatePerson, { params: { person: name }, body }),
  )
  if (flags.json) return this.printJson(person)
  this.print(lineOf(person))
}

async function reset(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const answer = await withAdminClient(this, flags, (client) =>
    client.call(api.resetPerson, { params: { person: name } }),
  )
  tellLink(this, flags, { ...answer, setupUrl: reachable(this, flags, answer.setupUrl) })
}

async function lift(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  await withAdminClient(this, flags, (client) => client.call(api.liftPerson, { params: { person: name } }))
  if (flags.json) return this.printJson({ lifted: name })
  this.say(`${name} may try again.`)
}

async function remove(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  await withAdminClient(this, flags, (client) => client.call(api.deletePerson, { params: { person: name } }))
  if (flags.json) return this.printJson({ deleted: name })
  this.say(`${name} is deleted.`)
}

function tellLink(context: CliContext, { json }: AdminFlags, answer: { setupUrl: string; expiresAtMs: number }): void {
  if (json) return context.printJson(answer)
  context.print(answer.setupUrl)
  context.say(`The link works once, until ${new Date(answer.expiresAtMs).toISOString()}.`)
}

// On the store itself no request says where the server is reached; its settings do.
function reachable(context: CliContext, flags: AdminFlags, setupUrl: string): string {
  const { env } = context
  if (serverOf(context, flags) !== undefined) return setupUrl
  const origin = env['WATCHWORD_PUBLIC_URL'] ?? `http://127.0.0.1:${env['WATCHWORD_PORT'] ?? '8000'}`
  if (!flags.json && env['WATCHWORD_PUBLIC_URL'] === undefined)
    context.say(`WATCHWORD_PUBLIC_URL is not set here; if people reach the server elsewhere, put that for ${origin}`)
  return origin.replace(/\/+$/, '') + setupUrl.slice(setupUrl.indexOf('/setup#'))
}

function given({ displayName, email, role }: PersonFlags): { displayName?: string; email?: string; role?: Role } {
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
    ...(role === undefined ? {} : { role }),
  }
}

async function allPeople(client: Client, query: { search?: string }): Promise<api.Person[]> {
  const people: api.Person[] = []
  let cursor: string | undefined
  do {
    const page = await client.call(api.listPeople, { query: { ...query, ...(cursor === undefined ? {} : { cursor }) } })
    people.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return people
}

function lineOf({ username, role, source, enabled, displayName }: api.Person): string {
  return [username, role, source, enabled ? '' : 'disabled', displayName].filter((part) => part !== '').join('  ')
}
