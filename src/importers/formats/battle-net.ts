import { Failure } from '../../errors/failure.ts'
import { androidStrings } from '../containers/android-preferences.ts'
import { accountOf, bytesOfHex } from '../draft.ts'
import type { ImportFormat } from '../format.ts'

const [serialKey, secretKey] = ['AUTHENTICATOR_SERIAL', 'AUTHENTICATOR_DEVICE_SECRET']

/** The fixed mask that the app lays over both values; it hides them from a glance and no more. */
const mask = Buffer.from(
  '398e27fc50276a656065b0e525f4c06c04c61075286b8e7aeda59da9813b5dd6c80d2fb38068773fa59ba47c17ca6c6479015c1d5b8b8f6b9a',
  'hex',
)

/** The preferences of the Battle.net app for Android. */
export const battleNet: ImportFormat = {
  id: 'battle-net',
  app: 'Battle.net',
  recognise: (file) => (valueEnding(androidStrings(file.xml), secretKey) === '' ? null : 'nothing'),
  read(file, { report }) {
    const strings = androidStrings(file.xml)
    report.add('Battle.net', () => {
      const serial = valueEnding(strings, serialKey)
      const secret = bytesOfHex(unmask(valueEnding(strings, secretKey)))
      return accountOf({ secret, digits: 8, issuer: 'Battle.net', name: serial === '' ? '' : unmask(serial) })
    })
  },
}

function valueEnding(strings: ReadonlyMap<string, string> | null, ending: string): string {
  return [...(strings ?? [])].find(([name]) => name.endsWith(ending))?.[1] ?? ''
}

function unmask(hex: string): string {
  const bytes = bytesOfHex(hex)
  if (bytes.length > mask.length) throw new Failure('import_entry_damaged')
  return Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0))).toString('latin1')
}
