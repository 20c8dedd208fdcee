import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { buildCommand, buildRouteMap } from '@stricli/core'
import * as subjectApi from '../../api/subjects.ts'
import * as bulkApi from '../../api/bulk.ts'
import type { Client } from '../../client/client.ts'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { type AdminFlags, adminFlags, withAdminClient } from './connection.ts'

const text = (value: string) => value

interface AddFlags extends AdminFlags {
  readonly email?: string
}

interface ImportFlags extends AdminFlags {
  readonly format: 'csv' | 'oath-csv' | 'pskc'
  readonly passwordFile?: string
  readonly dryRun: boolean
}

const realm = { brief: 'Name of the realm', parse: text, placeholder: 'REALM' } as const
const subject = { brief: 'Name of the subject', parse: text, placeholder: 'SUBJECT' } as const
const one = { kind: 'tuple', parameters: [realm, subject] } as const

const listCommand = buildCommand<AdminFlags, [string], CliContext>({
  func: list,
  parameters: { flags: adminFlags, positional: { kind: 'tuple', parameters: [realm] } },
  docs: {
    brief: 'List the subjects of a realm',
    fullDescription: 'Example:\n  watchword admin realms subjects list shop',
  },
})

const addCommand = buildCommand<AddFlags, [string, string], CliContext>({
  func: add,
  parameters: {
    flags: {
      ...adminFlags,
      email: { kind: 'parsed', parse: text, optional: true, brief: 'Mail address', placeholder: 'ADDRESS' },
    },
    positional: one,
  },
  docs: { brief: 'Add a subject', fullDescription: 'Example:\n  watchword admin realms subjects add shop ada' },
})

const enrolCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  func: enrol,
  parameters: { flags: adminFlags, positional: one },
  docs: {
    brief: 'Make a new secret and print its otpauth URI, once',
    fullDescription:
      'The secret in use stays until the first code of the new one.\n\nExample:\n  watchword admin realms subjects enrol shop ada',
  },
})

const deleteCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  func: remove,
  parameters: { flags: adminFlags, positional: one },
  docs: { brief: 'Delete a subject', fullDescription: 'Example:\n  watchword admin realms subjects delete shop ada' },
})

const liftCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  func: lift,
  parameters: { flags: adminFlags, positional: one },
  docs: {
    brief: 'Lift the lock of wrong codes',
    fullDescription: 'Example:\n  watchword admin realms subjects lift shop ada',
  },
})

const importCommand = buildCommand<ImportFlags, [string, string], CliContext>({
  func: importFile,
  parameters: {
    flags: {
      ...adminFlags,
      format: { kind: 'enum', values: ['csv', 'oath-csv', 'pskc'], default: 'csv', brief: 'What the file is' },
      passwordFile: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Password of a PSKC file',
        placeholder: 'FILE',
      },
      dryRun: { kind: 'boolean', default: false, withNegated: false, brief: 'Only say what would happen' },
    },
    positional: {
      kind: 'tuple',
      parameters: [realm, { brief: 'File to read', parse: text, placeholder: 'FILE' }],
    },
  },
  docs: {
    brief: 'Enrol subjects from a list, an OATH CSV or a PSKC file',
    fullDescription: [
      'A list has a first line with the columns name, email and enabled. Interrupted, a server goes on by itself.',
      '',
      'Example:',
      '  watchword admin realms subjects import shop users.csv --dry-run',
    ].join('\n'),
  },
})

/** `watchword admin realms subjects`. */
export const subjectRoutes = buildRouteMap<'list' | 'add' | 'enrol' | 'delete' | 'lift' | 'import', CliContext>({
  routes: {
    list: listCommand,
    add: addCommand,
    enrol: enrolCommand,
    delete: deleteCommand,
    lift: liftCommand,
    import: importCommand,
  },
  docs: { brief: 'Subjects of a realm' },
})

async function list(this: CliContext, flags: AdminFlags, realmName: string): Promise<void> {
  const params = { realm: realmName }
  const subjects = await withAdminClient(this, flags, async (client) => {
    const found: subjectApi.Subject[] = []
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await client.call(subjectApi.listSubjects, { params, query: cursor === undefined ? {} : { cursor } })
      found.push(...page.items)
      cursor = page.nextCursor
    }
    return found
  })
  if (flags.json) return this.printJson({ items: subjects })
  if (subjects.length === 0) this.say(`${realmName} has no subjects yet`)
  for (const { name, enrolment, enabled, locked } of subjects) {
    this.print(`${name}\t${enrolment}\t${enabled ? 'enabled' : 'disabled'}${locked ? '\tlocked' : ''}`)
  }
}

async function add(this: CliContext, flags: AddFlags, realmName: string, name: string): Promise<void> {
  const body = { name, ...(flags.email === undefined ? {} : { email: flags.email }) }
  const made = await withAdminClient(this, flags, (client) =>
    client.call(subjectApi.createSubject, { params: { realm: realmName }, body }),
  )
  if (flags.json) return this.printJson(made)
  this.say(`added ${made.name}; "watchword admin realms subjects enrol" makes its secret`)
}

async function enrol(this: CliContext, flags: AdminFlags, realmName: string, name: string): Promise<void> {
  const enrolment = await withAdminClient(this, flags, (client) =>
    client.call(subjectApi.enrolSubject, { params: { realm: realmName, subject: name } }),
  )
  if (flags.json) return this.printJson(enrolment)
  this.print(enrolment.otpauthUri)
  this.say('this is shown once; the secret counts from its first code on, within 15 minutes')
}

async function remove(this: CliContext, flags: AdminFlags, realmName: string, name: string): Promise<void> {
  await withAdminClient(this, flags, (client) =>
    client.call(subjectApi.deleteSubject, { params: { realm: realmName, subject: name } }),
  )
  if (flags.json) return this.printJson({ deleted: name })
  this.say(`deleted ${name}`)
}

async function lift(this: CliContext, flags: AdminFlags, realmName: string, name: string): Promise<void> {
  await withAdminClient(this, flags, (client) =>
    client.call(subjectApi.liftSubject, { params: { realm: realmName, subject: name } }),
  )
  if (flags.json) return this.printJson({ lifted: name })
  this.say(`lifted the lock of ${name}`)
}

async function importFile(this: CliContext, flags: ImportFlags, realmName: string, file: string): Promise<void> {
  const { format, dryRun } = flags
  const password = flags.passwordFile === undefined ? {} : { password: readBytes(flags.passwordFile).toString().trim() }
  const content = readBytes(file).toString('base64')
  const body = { format, content, encoding: 'base64' as const, dryRun, ...password }
  const { job, rows } = await withAdminClient(this, flags, async (client) => {
    const begun = await client.call(bulkApi.bulkEnrol, { params: { realm: realmName }, body })
    return waitForJob(this, client, begun)
  })
  if (flags.json) return this.printJson({ ...job, rows })
  for (const { line, name, result, reason } of rows) {
    if (result !== 'created' || reason !== undefined)
      this.print(`line ${line}\t${name}\t${result}\t${reason?.message ?? ''}`)
  }
  const verb = dryRun ? 'would be made' : 'made'
  this.say(`${job.created} ${verb}, ${job.duplicates} there already, ${job.refused} refused, of ${job.total}`)
}

async function waitForJob(context: CliContext, client: Client, begun: bulkApi.BulkJob) {
  const params = { realm: begun.realm, job: begun.id }
  for (let job = begun; job.state === 'running';) {
    await pause(200)
    ;({ job } = await client.call(bulkApi.readBulkJob, { params, query: { limit: 1 } }))
    if (context.canAsk()) context.stderr.write(`\r${job.done} of ${job.total}`)
    if (job.state !== 'running' && context.canAsk()) context.stderr.write('\n')
  }
  const rows: bulkApi.BulkRow[] = []
  let last = await client.call(bulkApi.readBulkJob, { params, query: { limit: 500 } })
  rows.push(...last.rows)
  while (last.nextCursor !== undefined) {
    last = await client.call(bulkApi.readBulkJob, { params, query: { limit: 500, cursor: last.nextCursor } })
    rows.push(...last.rows)
  }
  return { job: last.job, rows }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file }, cause })
  }
}
