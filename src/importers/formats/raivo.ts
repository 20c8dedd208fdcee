import { remark } from '../../errors/remarks.ts'
import { isZipEncrypted, unzip } from '../containers/zip.ts'
import { accountOf } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat } from '../format.ts'
import { type ImportInput, parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'

const app = 'Raivo OTP'
const entryName = 'raivo-otp-export.json'

/** An export of Raivo OTP: a zip under a password, or the JSON list that was in it. */
export const raivo: ImportFormat = {
  id: 'raivo',
  app,
  recognise(file) {
    if (file.zipNames.includes(entryName)) return isZipEncrypted(file.bytes) ? 'password' : 'nothing'
    const first = Array.isArray(file.json) ? JsonObject.from(file.json[0]) : null
    return first?.has('kind') && first.has('secret') ? 'nothing' : null
  },
  async read(file, context) {
    const entries = await entriesOf(file, context)
    for (const value of entries) {
      if (/^(true|1)$/i.test(pinnedOf(value))) context.report.warn(remark('import_favourites_left'))
      context.report.add(JsonObject.from(value)?.text('account') ?? '', () => {
        const entry = JsonObject.expect(value)
        return accountOf({
          type: entry.text('kind'),
          secret: entry.text('secret'),
          algorithm: entry.text('algorithm'),
          digits: entry.number('digits'),
          periodSeconds: entry.number('timer') || undefined,
          counter: entry.number('counter'),
          issuer: entry.text('issuer'),
          name: entry.text('account'),
        })
      })
    }
  },
}

function pinnedOf(entry: unknown): string {
  const pinned = JsonObject.from(entry)?.value('pinned')
  return typeof pinned === 'boolean' ? String(pinned) : typeof pinned === 'string' ? pinned : ''
}

async function entriesOf(file: ImportInput, context: ImportContext): Promise<readonly unknown[]> {
  if (Array.isArray(file.json)) return file.json
  const [unpacked] = await unzip(app, file.bytes, context.password, (name) => name === entryName)
  const entries = parseJson(new TextDecoder().decode(unpacked?.bytes))
  if (!Array.isArray(entries)) throw damaged(app, 'the archive holds no list of accounts')
  return entries
}
