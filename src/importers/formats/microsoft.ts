import { accountOf } from '../draft.ts'
import type { ImportFormat } from '../format.ts'
import { accountRows, hasColumns, textOf } from './google-database.ts'

const app = 'Microsoft Authenticator'

/** The database `PhoneFactor` of a rooted Android phone; work accounts have no secret in it. */
export const microsoft: ImportFormat = {
  id: 'microsoft',
  app,
  recognise: (file) => (hasColumns(file, 'accounts', 'oath_secret_key') ? 'nothing' : null),
  read(file, { report }) {
    for (const row of accountRows(app, file)) {
      const [issuer, name, secret] = [textOf(row, 'name'), textOf(row, 'username'), textOf(row, 'oath_secret_key')]
      if (secret === '') report.skip('work_accounts')
      else report.add(`${issuer} ${name}`.trim(), () => accountOf({ secret, issuer, name }))
    }
  },
}
