import { existsSync, realpathSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { confirm } from '../confirm.ts'
import { ensureStore } from '../ensure-store.ts'
import { type ImportPlan, planReports } from '../import/plan.ts'
import { planJson, printPlan } from '../import/print-plan.ts'
import { readSources, type ReadSource } from '../import/read-source.ts'
import { readSecretFile } from '../private-file.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags, switchFlag, textFlag } from '../store-flags.ts'
import { openStore } from '../store/store.ts'

interface ImportFlags extends AgentFlags {
  readonly dryRun: boolean
  readonly replace: boolean
  readonly delete: boolean
  readonly passwordFile?: string
  readonly yes: boolean
}

/** `watchword import FILE...`: take over what another authenticator exported. */
export const importCommand = buildCommand<ImportFlags, string[], CliContext>({
  func: importAccounts,
  parameters: {
    flags: {
      dryRun: switchFlag('Show what would happen, and store nothing'),
      replace: switchFlag('Replace accounts of the same issuer and label that differ'),
      delete: switchFlag('Delete the files afterwards, when everything was taken over'),
      passwordFile: textFlag('A file whose first line is the password of the import', 'file'),
      yes: switchFlag('Do not ask'),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { y: 'yes', n: 'dryRun' },
    positional: {
      kind: 'array',
      minimum: 1,
      parameter: {
        brief: 'Exported files, pictures of QR codes, or a folder of pass or simpleotp',
        parse: asText,
        placeholder: 'file',
      },
    },
  },
  docs: {
    brief: 'Take over the accounts of another authenticator',
    fullDescription:
      'Reads what about thirty authenticators export, plain or encrypted; what a file is shows in its content.\nSeveral pictures of one transfer (Google Authenticator) are given together, in any order.\nNothing is stored before you have seen what would happen.',
  },
})

async function importAccounts(this: CliContext, flags: ImportFlags, ...named: string[]): Promise<void> {
  const paths = namedOnce(named)
  const store = openStore(this, flags)
  const { passwordFile } = flags
  const { passphraseFile, gpg } = store.settings
  const sources = await readSources(
    {
      context: this,
      gpg,
      password: passwordFile === undefined ? undefined : await readSecretFile(this, passwordFile),
      passphrase: passphraseFile === undefined ? undefined : await readSecretFile(this, passphraseFile),
    },
    paths,
  )
  const reports = sources.map(({ report }) => report)
  const plan = planReports(reports, await store.accounts(), flags.replace)
  if (!flags.json) printPlan(this, sources, plan)
  const isEmpty = plan.added.length + plan.changed.length === 0
  if (!flags.dryRun && !isEmpty) {
    await confirm(this, 'Import them?', flags.yes)
    const writing = await ensureStore(this, flags)
    await writing.change((known) => ({
      accounts: planReports(reports, known, flags.replace).accounts,
      result: undefined,
    }))
  }
  if (flags.json) this.printJson(planJson(sources, plan, !flags.dryRun))
  await finish(this, flags, paths, sources, plan)
}

async function finish(
  context: CliContext,
  flags: ImportFlags,
  paths: readonly string[],
  sources: readonly ReadSource[],
  plan: ImportPlan,
): Promise<void> {
  const { refused, total } = plan.summary
  if (!flags.dryRun && sources.length > 0) {
    const given = paths.filter((path) => path !== '-')
    // A folder is a store that another program may still use.
    const deleted = flags.delete && refused === 0 ? given.filter((path) => !statSync(path).isDirectory()) : []
    await deleteWithTargets(deleted)
    if (deleted.length > 0) context.say(`Deleted ${deleted.join(', ')}.`)
    remindOf(
      context,
      given.filter((path) => !deleted.includes(path)),
    )
  }
  if (refused > 0) throw new Failure('agent_import_partly', { detail: { refused, total } })
}

// Behind a link it is the target that holds the secrets.
async function deleteWithTargets(files: readonly string[]): Promise<void> {
  const behind = files.map((file) => realpathSync(file))
  for (const file of new Set([...behind, ...files.map((path) => resolve(path))])) await rm(file, { force: true })
}

/** Each file once, however often and by whatever link it was named. */
function namedOnce(paths: readonly string[]): string[] {
  const byPlace = new Map(paths.map((path) => [existsSync(path) ? realpathSync(path) : path, path]))
  return [...byPlace.values()]
}

function remindOf(context: CliContext, left: readonly string[]): void {
  const [only, ...more] = left
  if (only === undefined) return
  context.say(
    more.length === 0
      ? `${only} still holds the secrets: delete it when you no longer need it.`
      : `${left.join(', ')} still hold the secrets: delete them when you no longer need them.`,
  )
}
