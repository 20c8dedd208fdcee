import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import { formatAegis, formatAegisEncrypted } from '../../../importers/export/aegis.ts'
import { formatCsvExport } from '../../../importers/export/csv.ts'
import { formatGoogleMigration } from '../../../importers/export/google-migration.ts'
import { formatJson } from '../../../importers/export/json.ts'
import { formatPassTree } from '../../../importers/export/pass-tree.ts'
import { formatUriList } from '../../../importers/export/uri-list.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { drawQrPng } from '../../../qr/draw.ts'
import type { CliContext } from '../../context.ts'
import { encrypt, keyIdsOf } from '../gpg/encrypt.ts'
import { readSecretFile, writePrivateFile } from '../private-file.ts'
import { allOrNone } from './all-or-none.ts'
import { fingerprintsOf } from '../store/gpg-envelope.ts'
import { withoutOwnName } from '../store/lines.ts'
import { readIfThere } from '../store/read-if-there.ts'
import type { AgentStore } from '../store/store.ts'

/** The kinds of export. */
export const exportFormats = ['aegis', 'uris', 'json', 'csv', 'google', 'pass'] as const
/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number]

/** What is to be written. */
export interface ExportOrder {
  readonly file: string
  readonly format: ExportFormat
  readonly plain: boolean
  readonly passwordFile?: string
}

/** What was written. */
export interface WrittenExport {
  readonly files: readonly string[]
  readonly count: number
  readonly refused: readonly { readonly name: string; readonly reason: string }[]
}

/** Writes all accounts in one format: encrypted, unless the order says in clear. */
export async function writeExport(context: CliContext, store: AgentStore, order: ExportOrder): Promise<WrittenExport> {
  const accounts = (await store.accounts()).map(withoutOwnName)
  if (accounts.length === 0) throw new Failure('agent_store_empty')
  if (order.format === 'google') return writeGoogleCodes(accounts, order)
  if (order.format === 'pass') return writePassStore(store, accounts, order.file)
  const content =
    order.format === 'aegis' ? await aegisFile(context, accounts, order) : await textFile(store, accounts, order)
  await writePrivateFile(order.file, content)
  return { files: [order.file], count: accounts.length, refused: [] }
}

async function aegisFile(context: CliContext, accounts: readonly OtpAccount[], order: ExportOrder): Promise<string> {
  if (order.plain) return formatAegis(accounts)
  return formatAegisEncrypted(accounts, await exportPassword(context, order.passwordFile))
}

async function exportPassword(context: CliContext, passwordFile: string | undefined): Promise<string> {
  const instead = 'Give --password-file, or --plain for an export in clear.'
  const ask = (text: string) => context.ask({ text, asks: 'a password for the export', instead })
  const password =
    passwordFile === undefined ? await ask('Password of the export: ') : await readSecretFile(context, passwordFile)
  if (password === '') throw new Failure('agent_passphrase_empty')
  if (passwordFile === undefined && password !== (await ask('Again: '))) throw new Failure('agent_passphrase_mismatch')
  return password
}

async function textFile(
  store: AgentStore,
  accounts: readonly OtpAccount[],
  order: ExportOrder,
): Promise<string | Buffer> {
  const formats = { uris: formatUriList, json: formatJson, csv: formatCsvExport }
  const text = formats[order.format as keyof typeof formats](accounts)
  if (order.plain) return text
  if ((await store.envelope()).kind !== 'gpg') throw new Failure('agent_export_in_clear')
  return encrypt(store.settings.gpg, Buffer.from(text), await readersOf(store))
}

/** Who may read what leaves the store: of one that was named for this call, its own recipients, as when it is changed. */
async function readersOf(store: AgentStore): Promise<string[]> {
  const { gpg, recipients, keepsRecipients } = store.settings
  if (!keepsRecipients) return fingerprintsOf(gpg, recipients)
  const sealed = (await store.envelope()).kind === 'gpg' ? readIfThere(store.path) : null
  return fingerprintsOf(gpg, sealed === null ? [] : await keyIdsOf(gpg, sealed))
}

async function writeGoogleCodes(accounts: readonly OtpAccount[], { file, plain }: ExportOrder): Promise<WrittenExport> {
  // A QR code cannot be encrypted, so writing one is writing in clear.
  if (!plain) throw new Failure('agent_export_in_clear')
  const { uris, refused } = formatGoogleMigration(accounts, randomBytes(4).readUInt32BE())
  const stem = file.replace(/\.png$/i, '')
  const files = uris.map((_, index) => (uris.length === 1 ? `${stem}.png` : `${stem}-${index + 1}.png`))
  await allOrNone(async ({ write }) => {
    for (const [index, uri] of uris.entries()) await write(files[index] ?? file, drawQrPng(uri, { sizePixels: 1024 }))
  })
  return { files, count: accounts.length - refused.length, refused }
}

/** A folder that `pass` reads: one message for each account, the recipients in `.gpg-id`. */
async function writePassStore(
  store: AgentStore,
  accounts: readonly OtpAccount[],
  folder: string,
): Promise<WrittenExport> {
  const { gpg } = store.settings
  const fingerprints = await readersOf(store)
  await allOrNone(async ({ makeFolder, write }) => {
    await makeFolder(folder)
    await write(join(folder, '.gpg-id'), `${fingerprints.join('\n')}\n`)
    for (const [path, text] of formatPassTree(accounts)) {
      await makeFolder(dirname(join(folder, path)))
      await write(join(folder, path), await encrypt(gpg, Buffer.from(text), fingerprints))
    }
  })
  return { files: [folder], count: accounts.length, refused: [] }
}
