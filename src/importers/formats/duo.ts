import { accountOf } from '../draft.ts'
import type { ImportFormat } from '../format.ts'
import { JsonObject } from '../json-object.ts'

/** The account list of Duo Mobile from a rooted Android phone; it knows no issuers. */
export const duo: ImportFormat = {
  id: 'duo',
  app: 'Duo Mobile',
  recognise(file) {
    const entries = Array.isArray(file.json) ? file.json.map((value: unknown) => JsonObject.from(value)) : []
    return entries.some((entry) => entry?.has('otpGenerator')) ? 'nothing' : null
  },
  read(file, { report }) {
    for (const value of Array.isArray(file.json) ? file.json : []) {
      const entry = JsonObject.from(value)
      const generator = entry?.object('otpGenerator')
      const name = entry?.text('name') ?? ''
      if (!generator?.has('otpSecret')) {
        report.skip('duo_itself')
        continue
      }
      const counter = generator.number('counter')
      report.add(name, () =>
        accountOf({
          secret: generator.text('otpSecret'),
          name,
          ...(counter === undefined ? {} : { type: 'hotp', counter }),
        }),
      )
    }
  },
}
