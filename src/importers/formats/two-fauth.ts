import { remark } from '../../errors/remarks.ts'
import { accountOf } from '../draft.ts'
import { assertVersion, type ImportFormat } from '../format.ts'
import { JsonObject } from '../json-object.ts'

const app = '2FAuth'

/** An export of 2FAuth. */
export const twoFauth: ImportFormat = {
  id: '2fauth',
  app,
  recognise(file) {
    const backup = JsonObject.from(file.json)
    return backup?.text('app').startsWith('2fauth_') && backup.has('data') ? 'nothing' : null
  },
  read(file, { report }) {
    const backup = JsonObject.expect(file.json)
    assertVersion(app, backup.number('schema'), 1)
    report.appVersion = backup.text('app').replace(/^2fauth_v?/, '')
    for (const value of backup.list('data')) {
      if (JsonObject.from(value)?.text('icon_file')) report.warn(remark('import_pictures_left'))
      report.add(JsonObject.from(value)?.text('account') ?? '', () => {
        const entry = JsonObject.expect(value)
        return accountOf({
          type: entry.text('otp_type'),
          secret: entry.text('secret'),
          algorithm: entry.text('algorithm'),
          digits: entry.number('digits'),
          periodSeconds: entry.number('period'),
          counter: entry.number('counter'),
          issuer: entry.text('service'),
          name: entry.text('account'),
        })
      })
    }
  },
}
