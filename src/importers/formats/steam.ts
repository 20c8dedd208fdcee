import { accountOf, bytesOfBase64 } from '../draft.ts'
import type { ImportFormat } from '../format.ts'
import type { ImportInput } from '../input.ts'
import { JsonObject } from '../json-object.ts'

/** Steam Guard data: one account (a .maFile) or an object of several. */
export const steam: ImportFormat = {
  id: 'steam',
  app: 'Steam',
  recognise: (file) => (accountsOf(file).some((account) => account.has('shared_secret')) ? 'nothing' : null),
  read(file, { report }) {
    for (const account of accountsOf(file)) {
      const name = account.text('account_name')
      report.add(name, () =>
        accountOf({ type: 'steam', secret: bytesOfBase64(account.text('shared_secret')), issuer: 'Steam', name }),
      )
    }
  },
}

function accountsOf(file: ImportInput): JsonObject[] {
  const root = JsonObject.from(file.json)
  if (root === null) return []
  if (root.has('shared_secret')) return [root]
  const accounts = root.object('accounts')
  return accounts?.keys().flatMap((key) => accounts.object(key) ?? []) ?? []
}
