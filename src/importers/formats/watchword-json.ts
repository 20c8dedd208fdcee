import { accountOf } from '../draft.ts'
import { assertVersion, type ImportFormat } from '../format.ts'
import { JsonObject } from '../json-object.ts'

const app = 'Watchword'

/** Our own JSON export. */
export const watchwordJson: ImportFormat = {
  id: 'watchword-json',
  app,
  recognise: (file) => (JsonObject.from(file.json)?.text('format') === 'watchword' ? 'nothing' : null),
  read(file, { report }) {
    const backup = JsonObject.expect(file.json)
    assertVersion(app, backup.number('version'), 1)
    for (const value of backup.list('accounts')) {
      report.add(JsonObject.from(value)?.text('name') ?? '', () => {
        const entry = JsonObject.expect(value)
        const read = accountOf({
          type: entry.text('type'),
          secret: entry.text('secret'),
          algorithm: entry.text('algorithm'),
          digits: entry.number('digits'),
          periodSeconds: entry.number('periodSeconds'),
          counter: entry.number('counter'),
          issuer: entry.text('issuer'),
          name: entry.text('name'),
          tags: entry.texts('tags'),
          note: entry.text('note'),
          icon: entry.text('icon'),
        })
        const others = entry.object('otherParameters')
        if (others === null) return read
        const otherParameters = Object.fromEntries(others.keys().map((key) => [key, others.text(key)]))
        return { account: { ...read.account, otherParameters }, warnings: read.warnings }
      })
    }
  },
}
