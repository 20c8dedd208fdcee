import { buildCommand, buildRouteMap } from '@stricli/core'
import * as api from '../../api/realms.ts'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { type AdminFlags, adminFlags, withAdminClient } from './connection.ts'
import { type EnablingFlags, wantedState } from './enabling.ts'
import { subjectRoutes } from './subjects.ts'
import { parseWhole } from './whole-number.ts'
import { counted } from '../counted.ts'

const text = (value: string) => value

/** What a realm may be told on the command line. */
interface PolicyFlags extends AdminFlags {
  readonly issuerLabel?: string
  readonly contact?: string
  readonly digits?: number
  readonly period?: number
  readonly windowBack?: number
  readonly windowForward?: number
  readonly replay?: 'rising' | 'once' | 'reuse'
  readonly readback?: 'pending' | 'enrollers'
}

const policyFlags = {
  ...adminFlags,
  issuerLabel: { kind: 'parsed', parse: text, optional: true, brief: 'What authenticators show', placeholder: 'TEXT' },
  contact: { kind: 'parsed', parse: text, optional: true, brief: 'Who answers for the realm', placeholder: 'TEXT' },
  digits: { kind: 'parsed', parse: parseWhole, optional: true, brief: 'Digits of a code, 6 to 8', placeholder: 'N' },
  period: {
    kind: 'parsed',
    parse: parseWhole,
    optional: true,
    brief: 'Seconds of a code, 15 to 120',
    placeholder: 'N',
  },
  windowBack: { kind: 'parsed', parse: parseWhole, optional: true, brief: 'Earlier codes accepted', placeholder: 'N' },
  windowForward: { kind: 'parsed', parse: parseWhole, optional: true, brief: 'Later codes accepted', placeholder: 'N' },
  replay: { kind: 'enum', values: ['rising', 'once', 'reuse'], optional: true, brief: 'How often a code counts' },
  readback: { kind: 'enum', values: ['pending', 'enrollers'], optional: true, brief: 'Who may read a secret again' },
} as const

interface UpdateFlags extends PolicyFlags, EnablingFlags {
  readonly name?: string
}

const realm = {
  kind: 'tuple',
  parameters: [{ brief: 'Name of the realm', parse: text, placeholder: 'REALM' }],
} as const

const listCommand = buildCommand<AdminFlags, [], CliContext>({
  func: list,
  parameters: { flags: adminFlags },
  docs: { brief: 'List the realms', fullDescription: 'Example:\n  watchword admin realms list --json' },
})

const createCommand = buildCommand<PolicyFlags, [string], CliContext>({
  func: create,
  parameters: { flags: policyFlags, positional: realm },
  docs: {
    brief: 'Make a realm',
    fullDescription: 'Example:\n  watchword admin realms create shop --issuer-label "The Shop" --digits 6',
  },
})

const showCommand = buildCommand<AdminFlags, [string], CliContext>({
  func: show,
  parameters: { flags: adminFlags, positional: realm },
  docs: { brief: 'Show a realm', fullDescription: 'Example:\n  watchword admin realms show shop' },
})

const updateCommand = buildCommand<UpdateFlags, [string], CliContext>({
  func: update,
  parameters: {
    flags: {
      ...policyFlags,
      name: { kind: 'parsed', parse: text, optional: true, brief: 'Another name', placeholder: 'NAME' },
      enable: { kind: 'boolean', default: false, withNegated: false, brief: 'Judge its codes again' },
      disable: { kind: 'boolean', default: false, withNegated: false, brief: 'Refuse every code of it' },
    },
    positional: realm,
  },
  docs: {
    brief: 'Change a realm',
    fullDescription:
      'Subjects that are enrolled keep making their codes as before.\n\nExample:\n  watchword admin realms update shop --disable',
  },
})

const deleteCommand = buildCommand<AdminFlags, [string], CliContext>({
  func: remove,
  parameters: { flags: adminFlags, positional: realm },
  docs: {
    brief: 'Delete a realm and its subjects',
    fullDescription: 'Asks for the name once more on a terminal.\n\nExample:\n  watchword admin realms delete shop',
  },
})

/** `watchword admin realms`: namespaces of subjects, and the subjects in them. */
export const realmsRoutes = buildRouteMap<'list' | 'create' | 'show' | 'update' | 'delete' | 'subjects', CliContext>({
  routes: {
    list: listCommand,
    create: createCommand,
    show: showCommand,
    update: updateCommand,
    delete: deleteCommand,
    subjects: subjectRoutes,
  },
  docs: { brief: 'Realms and their subjects' },
})

async function list(this: CliContext, flags: AdminFlags): Promise<void> {
  const realms = await withAdminClient(this, flags, async (client) => {
    const found: api.Realm[] = []
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await client.call(api.listRealms, { query: cursor === undefined ? {} : { cursor } })
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  })
  if (flags.json) return this.printJson({ items: realms })
  if (realms.length === 0) this.say('there are no realms yet; "watchword admin realms create NAME" makes one')
  for (const found of realms) this.print(`${found.name}\t${counted(found.subjectCount, 'subject')}\t${stateOf(found)}`)
}

async function create(this: CliContext, flags: PolicyFlags, name: string): Promise<void> {
  const made = await withAdminClient(this, flags, (client) =>
    client.call(api.createRealm, { body: { name, ...policyOf(flags) } }),
  )
  if (flags.json) return this.printJson(made)
  this.say(`made the realm ${made.name}`)
}

async function show(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const found = await withAdminClient(this, flags, (client) => client.call(api.readRealm, { params: { realm: name } }))
  if (flags.json) return this.printJson(found)
  const { guess, effectiveLockout, lockout: _own, ...plain } = found
  for (const [key, value] of Object.entries(plain)) this.print(`${key}\t${value}`)
  this.print(`lockout\t${JSON.stringify(effectiveLockout)}`)
  this.print(`guess lands\t${percent(guess.perDay)} a day, ${percent(guess.untilCap)} until the cap`)
}

async function update(this: CliContext, flags: UpdateFlags, name: string): Promise<void> {
  const wanted = wantedState(flags)
  const enabled = wanted === undefined ? {} : { enabled: wanted }
  const renamed = flags.name === undefined ? {} : { name: flags.name }
  const body = { ...policyOf(flags), ...enabled, ...renamed }
  const changed = await withAdminClient(this, flags, (client) =>
    client.call(api.updateRealm, { params: { realm: name }, body }),
  )
  if (flags.json) return this.printJson(changed)
  this.say(`changed the realm ${changed.name}`)
}

async function remove(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  if (this.canAsk()) {
    const typed = await this.ask({
      text: `Delete ${name} with all its subjects? Type its name: `,
      asks: 'whether to delete the realm',
      instead: 'Run it without a terminal to delete without a question.',
      echo: true,
    })
    if (typed !== name) throw new Failure('agent_interrupted')
  }
  await withAdminClient(this, flags, (client) => client.call(api.deleteRealm, { params: { realm: name } }))
  if (flags.json) return this.printJson({ deleted: name })
  this.say(`deleted the realm ${name}`)
}

function policyOf(flags: PolicyFlags) {
  const { issuerLabel, contact, digits, period, windowBack, windowForward, replay, readback } = flags
  const given = { issuerLabel, contact, digits, periodSeconds: period, windowBack, windowForward, replay, readback }
  const told = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(told) as Partial<{ [Key in keyof typeof given]: NonNullable<(typeof given)[Key]> }>
}

function stateOf({ enabled }: api.Realm): string {
  return enabled ? 'enabled' : 'disabled'
}

function percent(chance: number): string {
  return `${(chance * 100).toPrecision(2)} %`
}
