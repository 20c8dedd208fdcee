import { createHash, createHmac } from 'node:crypto'
import { remark } from '../../errors/remarks.ts'
import { accountOfField } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, notPossible, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { deriveArgon2, derivePbkdf2 } from '../kdf.ts'
import type { ReportBuilder } from '../report.ts'
import { isMac, openCbc } from '../unseal.ts'

const app = 'Bitwarden'
const argon2id = 1

/** A JSON export of Bitwarden or Bitwarden Authenticator, plain or under a password. */
export const bitwarden: ImportFormat = {
  id: 'bitwarden',
  app,
  recognise(file) {
    const vault = JsonObject.from(file.json)
    if (!vault?.has('encrypted') || !(vault.has('items') || vault.has('data'))) return null
    return vault.isTrue('passwordProtected') ? 'password' : 'nothing'
  },
  async read(file, context) {
    const vault = JsonObject.expect(file.json)
    if (!vault.isTrue('encrypted')) return addItems(vault, context.report)
    if (!vault.isTrue('passwordProtected')) {
      throw notPossible(
        app,
        'it opens only in the account that exported it. Export again as JSON, plain or with a password of its own',
      )
    }
    return addItems(await openVault(vault, context), context.report)
  },
}

/** The two keys that Bitwarden stretches from one. */
interface VaultKeys {
  readonly cipher: Uint8Array
  readonly mac: Uint8Array
}

async function openVault(vault: JsonObject, context: ImportContext): Promise<JsonObject> {
  const keys = await deriveKeys(vault, context)
  if (openValue(keys, vault.text('encKeyValidation_DO_NOT_EDIT')) === null) throw wrongPassword(app)
  const plain = openValue(keys, vault.text('data'))
  const opened = plain === null ? null : JsonObject.from(parseJson(plain.toString('utf8')))
  if (opened === null) throw damaged(app, 'the password fits but the entries do not open')
  return opened
}

/** The salt is used as the text it is written as, not as the bytes behind its Base64. */
async function deriveKeys(vault: JsonObject, context: ImportContext): Promise<VaultKeys> {
  const salt = Buffer.from(vault.text('salt'), 'utf8')
  const iterations = vault.number('kdfIterations') ?? 0
  const master =
    vault.number('kdfType') === argon2id
      ? await deriveArgon2(app, context, createHash('sha256').update(salt).digest(), {
          memoryKib: (vault.number('kdfMemory') ?? 0) * 1024,
          passes: iterations,
          lanes: vault.number('kdfParallelism') ?? 0,
        })
      : await derivePbkdf2(app, context, salt, { iterations, hash: 'sha256' })
  return { cipher: expand(master, 'enc'), mac: expand(master, 'mac') }
}

/** A value as `2.iv|ciphertext|mac`; null when its MAC or shape does not fit. */
function openValue(keys: VaultKeys, value: string): Buffer | null {
  const parts = /^2\.([^|]+)\|([^|]+)\|([^|]+)$/.exec(value)
  const [iv, sealed, mac] = (parts?.slice(1) ?? []).map((part) => Buffer.from(part, 'base64'))
  if (iv === undefined || sealed === undefined || mac === undefined)
    throw damaged(app, 'its encrypted part is not whole')
  if (!isMac('sha256', keys.mac, Buffer.concat([iv, sealed]), mac)) return null
  return openCbc(keys.cipher, iv, sealed)
}

/** HKDF-Expand alone, one block (RFC 5869 section 2.3): Bitwarden leaves the extraction out. */
function expand(master: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', master).update(purpose).update(Uint8Array.of(1)).digest()
}

function addItems(vault: JsonObject, report: ReportBuilder): void {
  const named = [...vault.list('folders'), ...vault.list('collections')].map((value) => JsonObject.from(value))
  const folders = new Map(named.map((folder) => [folder?.text('id') ?? '', folder?.text('name') ?? '']))
  for (const value of vault.list('items')) {
    const item = JsonObject.from(value)
    const totp = item?.object('login')?.text('totp') ?? ''
    if (item === null || totp.trim() === '') {
      report.skip('items_without')
      continue
    }
    if (item.isTrue('favorite')) report.warn(remark('import_favourites_left'))
    const labels = {
      issuer: item.text('name'),
      name: item.object('login')?.text('username') ?? '',
      note: item.text('notes'),
      tags: [item.text('folderId'), ...item.texts('collectionIds')].map((id) => folders.get(id) ?? ''),
    }
    report.add(labels.issuer, () => accountOfField(totp, labels))
  }
}
