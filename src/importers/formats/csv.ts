import { remark } from '../../errors/remarks.ts'
import type { OtpAccount } from '../../otp/account.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { parseCsv, withoutFormulaGuard } from '../containers/csv.ts'
import { accountOf, accountOfField, type Draft } from '../draft.ts'
import { damaged, type ImportFormat } from '../format.ts'
import type { ImportInput } from '../input.ts'
import { importLimits } from '../limits.ts'

/** Header names that different programs use for one column, folded to small letters and digits. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  uri: ['url', 'uri', 'otpauthuri'],
  secret: [
    'secret',
    'seed',
    'totp',
    'otpauth',
    'logintotp',
    'otp',
    'totpsecret',
    'timeotpsecretbase32',
    'secretbase32',
    'secretkey',
    'onetimepassword',
    'otpsecret',
  ],
  title: ['title'],
  name: ['username', 'loginusername', 'account', 'label', 'user', 'email'],
  plainName: ['name'],
  issuer: ['issuer', 'service'],
  digits: ['digits', 'length'],
  period: ['period', 'interval', 'timer', 'timestep', 'periodseconds'],
  algorithm: ['algorithm', 'digest', 'algo', 'hash'],
  type: ['otptype', 'type', 'kind'],
  counter: ['counter'],
  group: ['group', 'folder', 'grouping', 'collections', 'tags'],
  note: ['notes', 'note', 'extra'],
  favourite: ['favorite', 'fav'],
  archived: ['archived'],
}

/**
 * CSV of password managers (Bitwarden, 1Password, Apple, KeePassXC, LastPass) and plain tables of secrets.
 *
 * Columns go by their header names. Where a cell of the secret holds a whole URI, the URI wins.
 */
export const csv: ImportFormat = {
  id: 'csv',
  app: 'CSV',
  recognise: (file) => (columnsOf(rowsOf(file, 1)?.[0] ?? []) === null ? null : 'nothing'),
  read(file, { report }) {
    // The header, as many as are taken, and one more that is refused.
    const [header = [], ...rows] = rowsOf(file, importLimits.maxEntries + 2) ?? damagedRows()
    const columns = columnsOf(header) ?? new Map<string, number>()
    if (!columns.has('secret') && !columns.has('uri')) {
      report.warn(remark('import_column_missing'))
    }
    for (const row of rows) {
      const draft = draftOf(row, columns)
      if (draft.field === '') {
        report.skip('rows_without')
        continue
      }
      if (draft.isFavourite) report.warn(remark('import_favourites_left'))
      report.add(draft.labels.issuer || draft.labels.name, () => read(draft))
    }
  },
}

interface RowDraft {
  /** The secret or URI. */
  readonly field: string
  readonly labels: { readonly issuer: string; readonly name: string; readonly note: string; readonly tags: string[] }
  readonly isFavourite: boolean
  readonly isArchived: boolean
  readonly numbers: Pick<Draft, 'type' | 'algorithm' | 'digits' | 'periodSeconds' | 'counter'>
}

function rowsOf(file: ImportInput, maxRows: number): string[][] | null {
  return file.text === null || file.looksLikeJson ? null : parseCsv(file.text, maxRows)
}

function damagedRows(): never {
  throw damaged('CSV', 'a row of it has no end or is far too long')
}

/** Where each known column stands; null when the header is not one of a table of secrets or logins. */
function columnsOf(header: readonly string[]): ReadonlyMap<string, number> | null {
  const folded = header.map((cell) => cell.toLowerCase().replace(/[^a-z0-9]/g, ''))
  const columns = new Map<string, number>()
  for (const [column, names] of Object.entries(synonyms)) {
    const at = names.map((name) => folded.indexOf(name)).find((index) => index >= 0)
    if (at !== undefined) columns.set(column, at)
  }
  const isSecretTable = columns.has('secret') && columns.size >= 2
  const isLoginTable = columns.has('title') && folded.includes('password')
  return isSecretTable || isLoginTable ? columns : null
}

function draftOf(row: readonly string[], columns: ReadonlyMap<string, number>): RowDraft {
  const cell = (column: string): string => withoutFormulaGuard(row[columns.get(column) ?? -1]?.trim() ?? '')
  const uri = cell('uri')
  // Beside a user name, "name" and "title" are those of the item, which is the issuer.
  const hasUser = columns.has('name')
  const name = hasUser ? cell('name') : cell('plainName') || cell('title')
  const title = hasUser ? cell('title') || cell('plainName') : ''
  const type = cell('type').toLowerCase()
  return {
    field: /^(otpauth|steam):\/\//i.test(uri) ? uri : cell('secret'),
    labels: {
      issuer: cell('issuer') || title,
      name,
      note: cell('note'),
      tags: cell('group').split('/').filter(Boolean),
    },
    isFavourite: /^(1|true)$/i.test(cell('favourite')),
    isArchived: /^(1|true)$/i.test(cell('archived')),
    numbers: {
      ...(/^(totp|hotp|steam|steamtotp|motp|yandex|yaotp|ocra)$/.test(type) ? { type } : {}),
      algorithm: cell('algorithm'),
      digits: numberOf(cell('digits')),
      periodSeconds: numberOf(cell('period')),
      counter: numberOf(cell('counter')),
    },
  }
}

function read(draft: RowDraft): ParsedOtpauth {
  const { account, warnings } = accountOfRow(draft)
  return { account, warnings: draft.isArchived ? [...warnings, remark('import_archived')] : warnings }
}

function accountOfRow({ field, labels, numbers }: RowDraft): ParsedOtpauth {
  if (!/^[a-z]+:\/\//i.test(field)) return accountOf({ secret: field, ...labels, ...numbers })
  const { account, warnings } = accountOfField(field, labels)
  return { account: { ...account, ...settleLabels(account, labels, field) }, warnings }
}

/** What the URI leaves open the columns say; what KeePassXC put there for empty cells is dropped. */
function settleLabels(
  account: OtpAccount,
  labels: RowDraft['labels'],
  uri: string,
): Pick<OtpAccount, 'issuer' | 'name'> {
  // A name column with the whole label in it knows better than the colon within.
  const isSplitName = labels.issuer === '' && account.issuer !== '' && labels.name.startsWith(`${account.issuer}:`)
  if (isSplitName) return { issuer: '', name: labels.name }
  const isPlaceholder = labels.issuer === '' && /[?&]issuer=KeePassXC(&|$)/.test(uri)
  const issuer = isPlaceholder ? '' : account.issuer || labels.issuer
  return { issuer, name: (account.name === 'none' ? '' : account.name) || labels.name }
}

function numberOf(cell: string): number | undefined {
  return cell === '' ? undefined : Number(cell)
}
