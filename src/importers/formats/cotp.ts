import { remark } from '../../errors/remarks.ts'
import { accountOf } from '../draft.ts'
import { assertVersion, type ImportFormat } from '../format.ts'
import type { ImportInput } from '../input.ts'
import { JsonObject } from '../json-object.ts'

const app = 'cotp'

/** The plain export of cotp: version 2, or the bare list that came before. */
export const cotp: ImportFormat = {
  id: 'cotp',
  app,
  recognise: (file) => (elementsOf(file) === null ? null : 'nothing'),
  read(file, { report }) {
    assertVersion(app, JsonObject.from(file.json)?.number('version'), 2)
    const elements = (elementsOf(file) ?? []).map((value) => JsonObject.from(value))
    if (elements.some((element) => element?.text('type').toLowerCase() === 'hotp')) {
      report.warn(remark('import_counter_shown'))
    }
    for (const element of elements) {
      report.add(element?.text('label') ?? '', () => {
        const entry = element ?? JsonObject.expect(null)
        return accountOf({
          type: entry.text('type'),
          secret: entry.text('secret'),
          algorithm: entry.text('algorithm'),
          digits: entry.number('digits'),
          periodSeconds: entry.number('period'),
          counter: entry.number('counter'),
          issuer: entry.text('issuer'),
          name: entry.text('label'),
        })
      })
    }
  },
}

/** The bare list is told from andOTP's by the field `pin` that cotp always writes. */
function elementsOf(file: ImportInput): readonly unknown[] | null {
  const root = JsonObject.from(file.json)
  if (root?.has('elements')) return root.list('elements')
  const first = Array.isArray(file.json) ? JsonObject.from(file.json[0]) : null
  return Array.isArray(file.json) && first?.has('pin') && first.has('secret') && first.has('label') ? file.json : null
}
