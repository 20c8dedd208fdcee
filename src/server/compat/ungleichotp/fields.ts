import { type Fields } from './body.ts'
import { wrongCredentials, wrongFields } from './refusal.ts'

/** Who proves itself: name, realm and code. */
export interface Triple {
  readonly name: string
  readonly realm: string
  readonly code: string
}

/** What the door accepts, adjustable by environment. */
export interface FieldRules {
  readonly maxLength: number
  readonly digits: number
}

/**
 * The caller of a request: `auth_name`, `auth_realm`, `auth_token` where any of them is there, else `name`, `realm`,
 * `token` as version 0.6 sends them.
 *
 * @throws Refusal 403, whatever is wrong with them
 */
export function callerIn(fields: Fields, rules: FieldRules): Triple {
  const prefix = isExtended(fields) ? 'auth_' : ''
  const name = textOf(fields[`${prefix}name`], rules)
  const realm = textOf(fields[`${prefix}realm`], rules)
  const code = codeOf(fields[`${prefix}token`], rules)
  if (!isFilled(name) || !isFilled(realm) || !isFilled(code)) throw wrongCredentials()
  return { name: name.text, realm: realm.text, code: code.text }
}

/** Whether the caller stands in fields of its own, so that `name` and `realm` may mean somebody else. */
export function isExtended(fields: Fields): boolean {
  return 'auth_name' in fields || 'auth_realm' in fields || 'auth_token' in fields
}

/** Whom a verification asks about. @throws Refusal 400 with the errors of its fields */
export function verifiedIn(fields: Fields, rules: FieldRules): Triple {
  const isOwn = ['verifyname', 'verifyrealm', 'verifytoken'].some((field) => field in fields)
  const prefix = isOwn || !isExtended(fields) ? 'verify' : ''
  const checked = checkFields(fields, rules, [
    [`${prefix}name`, textOf],
    [`${prefix}token`, codeOf],
    [`${prefix}realm`, textOf],
  ])
  const [name = '', code = '', realm = ''] = checked
  return { name, realm, code }
}

/** Name and realm of an entry to be made or changed. @throws Refusal 400 with the errors of its fields */
export function entryIn(fields: Fields, rules: FieldRules): { name: string; realm: string } {
  const [name = '', realm = ''] = checkFields(fields, rules, [
    ['name', textOf],
    ['realm', textOf],
  ])
  return { name, realm }
}

/** The same where each may be missing. */
export function changesIn(fields: Fields, rules: FieldRules): { name?: string; realm?: string } {
  const given = (['name', 'realm'] as const).filter((field) => field in fields)
  const values = checkFields(
    fields,
    rules,
    given.map((field) => [field, textOf]),
  )
  return Object.fromEntries(given.map((field, index) => [field, values[index] ?? '']))
}

/** A value as its text, or the sentence that says what is wrong with it. */
type Read = { readonly text: string } | { readonly error: string }

function checkFields(
  fields: Fields,
  rules: FieldRules,
  wanted: readonly (readonly [string, (value: unknown, rules: FieldRules) => Read])[],
): string[] {
  const errors: Record<string, string[]> = {}
  const texts = wanted.map(([field, read]) => {
    const value = read(fields[field], rules)
    if ('error' in value) errors[field] = [value.error]
    return 'text' in value ? value.text : ''
  })
  if (Object.keys(errors).length > 0) throw wrongFields(errors)
  return texts
}

function isFilled(read: Read): read is { readonly text: string } {
  return 'text' in read
}

/** Strings and numbers are text; blanks around it are not. */
function textOf(value: unknown, { maxLength }: FieldRules): Read {
  if (value === undefined) return { error: 'This field is required.' }
  if (value === null) return { error: 'This field may not be null.' }
  if (typeof value !== 'string' && typeof value !== 'number') return { error: 'Not a valid string.' }
  const text = String(value).trim()
  if (text === '') return { error: 'This field may not be blank.' }
  if (text.includes('\0')) return { error: 'Null characters are not allowed.' }
  // Django counts characters, of which some are two units here.
  if ([...text].length > maxLength) return { error: `Ensure this field has no more than ${maxLength} characters.` }
  return { text: text.normalize('NFC') }
}

/** What is wrong with a text that does not come from a body, in a sentence; null when nothing is. */
export function wrongText(text: string, rules: FieldRules): string | null {
  const read = textOf(text, rules)
  if ('error' in read) return read.error
  return read.text === text ? null : 'Blanks around it are not allowed.'
}

/** A JSON number has lost its leading zeros, so it is padded; a text is taken as it is. */
function codeOf(value: unknown, rules: FieldRules): Read {
  if (typeof value !== 'number') return textOf(value, rules)
  const isCode = Number.isInteger(value) && value >= 0
  return isCode ? { text: String(value).padStart(rules.digits, '0') } : { error: 'Not a valid string.' }
}
