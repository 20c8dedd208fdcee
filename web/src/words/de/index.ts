import type { Catalogue } from '../en/index.ts'
import { account } from './account.ts'
import { acts } from './acts.ts'
import { add } from './add.ts'
import { audit } from './audit.ts'
import { codes } from './codes.ts'
import { door } from './door.ts'
import { fields } from './fields.ts'
import { people } from './people.ts'
import { problems } from './problems.ts'
import { problemsOfAccounts } from './problems-of-accounts.ts'
import { realms } from './realms.ts'
import { remarks } from './remarks.ts'
import { root } from './root.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'

/** Every text of the console in German. */
export const de: Catalogue = {
  ...shell,
  ...door,
  ...codes,
  ...account,
  ...add,
  ...realms,
  ...fields,
  ...people,
  ...audit,
  ...settings,
  ...root,
  ...problems,
  ...problemsOfAccounts,
  ...remarks,
  ...acts,
}
