import { account } from './account.ts'
import { add } from './add.ts'
import { audit } from './audit.ts'
import { codes } from './codes.ts'
import { door } from './door.ts'
import { fields } from './fields.ts'
import { people } from './people.ts'
import { problems } from './problems.ts'
import { realms } from './realms.ts'
import { root } from './root.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'

/** A text, or one per plural form. */
export type Entry = string | { readonly one: string; readonly other: string }

/** Every text of the console in English: the catalogue other languages translate. */
export const en = {
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
} as const satisfies Record<string, Entry>

export type WordKey = keyof typeof en
/** What a server refused, remarked, left out or recorded, by the stable name of it. */
export type ProblemKey =
  | `problem.${string}`
  | `remark.${string}`
  | `check.${string}`
  | `left-out.${string}`
  | `act.${string}`

/** All of {@link en} in one language, and what of the server's own sentences that language says itself. */
export type Catalogue = Readonly<Record<WordKey, Entry>> & { readonly [key: ProblemKey]: Entry }
