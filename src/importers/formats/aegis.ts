import { remark } from '../../errors/remarks.ts'
import { accountOf, bytesOfHex } from '../draft.ts'
import { assertVersion, damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { deriveScrypt, tooCostly } from '../kdf.ts'
import { importLimits } from '../limits.ts'
import type { ReportBuilder } from '../report.ts'
import { openGcm } from '../unseal.ts'

const app = 'Aegis'
const passwordSlot = 1

/** A vault of Aegis, plain or encrypted (its docs/vault.md). */
export const aegis: ImportFormat = {
  id: 'aegis',
  app,
  recognise(file) {
    const header = JsonObject.from(file.json)?.object('header')
    if (!header?.has('slots')) return null
    return typeof JsonObject.from(file.json)?.value('db') === 'string' ? 'password' : 'nothing'
  },
  async read(file, context) {
    const vault = JsonObject.expect(file.json)
    assertVersion(app, vault.number('version'), 1)
    const database = vault.object('db') ?? (await openDatabase(vault, context))
    assertVersion(`${app} database`, database.number('version'), 3)
    addEntries(database, context.report)
  },
}

async function openDatabase(vault: JsonObject, context: ImportContext): Promise<JsonObject> {
  const header = JsonObject.expect(vault.value('header'))
  const masterKey = await openMasterKey(header, context)
  const parameters = JsonObject.expect(header.value('params'))
  const sealed = Buffer.concat([Buffer.from(vault.text('db'), 'base64'), bytesOfHex(parameters.text('tag'))])
  const plain = openGcm(masterKey, bytesOfHex(parameters.text('nonce')), sealed)
  const database = plain === null ? null : JsonObject.from(parseJson(plain.toString('utf8')))
  if (database === null) throw damaged(app, 'the key fits but the entries do not open')
  return database
}

/** Several slots may hold the one master key, each under its own password. */
async function openMasterKey(header: JsonObject, context: ImportContext): Promise<Buffer> {
  const slots = header.list('slots').flatMap((value) => JsonObject.from(value) ?? [])
  const ofPasswords = slots.filter((slot) => slot.number('type') === passwordSlot)
  if (ofPasswords.length > importLimits.maxKeySlots) throw tooCostly(app, `${ofPasswords.length} passwords to be tried`)
  for (const slot of ofPasswords) {
    const key = await deriveScrypt(app, context, bytesOfHex(slot.text('salt')), {
      cost: slot.number('n') ?? 0,
      blockSize: slot.number('r') ?? 0,
      parallelization: slot.number('p') ?? 0,
    })
    const parameters = JsonObject.expect(slot.value('key_params'))
    const sealed = Buffer.concat([bytesOfHex(slot.text('key')), bytesOfHex(parameters.text('tag'))])
    const masterKey = openGcm(key, bytesOfHex(parameters.text('nonce')), sealed)
    if (masterKey !== null) return masterKey
  }
  throw wrongPassword(app)
}

function addEntries(database: JsonObject, report: ReportBuilder): void {
  const groups = new Map(
    database.list('groups').map((value) => {
      const group = JsonObject.from(value)
      return [group?.text('uuid') ?? '', group?.text('name') ?? '']
    }),
  )
  const entries = database.list('entries')
  const objects = entries.flatMap((value) => JsonObject.from(value) ?? [])
  if (objects.some((entry) => entry.text('icon') !== '')) report.warn(remark('import_pictures_left'))
  if (objects.some((entry) => entry.isTrue('favorite'))) report.warn(remark('import_favourites_left'))
  for (const value of entries) {
    const name = JsonObject.from(value)?.text('name') ?? ''
    report.add(name, () => {
      const entry = JsonObject.expect(value)
      const info = JsonObject.expect(entry.value('info'))
      return accountOf({
        type: entry.text('type'),
        secret: info.text('secret'),
        algorithm: info.text('algo'),
        digits: info.number('digits'),
        periodSeconds: info.number('period'),
        counter: info.number('counter'),
        issuer: entry.text('issuer'),
        name,
        note: entry.text('note'),
        tags: [entry.text('group'), ...entry.texts('groups').map((uuid) => groups.get(uuid) ?? '')],
      })
    })
  }
}
