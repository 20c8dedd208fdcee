import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { counted } from '../../counted.ts'
import { confirm } from '../confirm.ts'
import { type ExportFormat, exportFormats, writeExport } from '../export/write-export.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags, switchFlag, textFlag } from '../store-flags.ts'
import { openStore } from '../store/store.ts'

interface ExportFlags extends AgentFlags {
  readonly format: ExportFormat
  readonly plain: boolean
  readonly passwordFile?: string
  readonly yes: boolean
}

/** `watchword export FILE`: a backup, or the way to another authenticator. */
export const exportCommand = buildCommand<ExportFlags, [string], CliContext>({
  func: exportAccounts,
  parameters: {
    flags: {
      format: {
        kind: 'enum',
        values: exportFormats,
        default: 'aegis',
        brief: 'aegis, uris, json, csv, google (QR codes) or pass (a password store)',
      },
      plain: switchFlag('Write the secrets in clear'),
      passwordFile: textFlag('A file whose first line is the password of the export', 'file'),
      yes: switchFlag('Do not ask before writing secrets in clear'),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { y: 'yes' },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'The file or folder to write', parse: asText, placeholder: 'file' }],
    },
  },
  docs: {
    brief: 'Write the accounts to a file, encrypted unless you say otherwise',
    fullDescription:
      'An Aegis export is encrypted under a password; uris, json, csv and pass are encrypted to the recipients of the store.\nWith --plain a file holds the secrets in clear, and only you can read it. Google codes are always in clear.',
  },
})

async function exportAccounts(this: CliContext, flags: ExportFlags, file: string): Promise<void> {
  const store = openStore(this, flags)
  if (flags.plain) await confirm(this, 'Write all secrets in clear?', flags.yes)
  const written = await writeExport(this, store, { ...flags, file })
  if (flags.json) this.printJson({ files: written.files, accounts: written.count, refused: written.refused })
  this.say(`Wrote ${counted(written.count, 'account')} to ${written.files.join(', ')}.`)
  for (const { name, reason } of written.refused) this.say(`Left out ${name}: ${reason}`)
  if (flags.plain) this.say('Whoever reads it has the secrets: delete it when you no longer need it.')
}
