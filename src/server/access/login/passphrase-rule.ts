import { Failure } from '../../../errors/failure.ts'
import { usernameKey } from '../people/usernames.ts'

/** NIST SP 800-63B section 3.1.1 asks for 8 beside a second factor; length is cheap and all we ask for. */
const minCharacters = 10

/** What everybody tries first, by their letters alone: defaults of other systems among them (T69). */
const known = [
  'password',
  'passphrase',
  'passwort',
  'letmein',
  'iloveyou',
  'welcome',
  'administrator',
  'adminadmin',
  'changeme',
  'changeit',
  'qwertyuiop',
  'qwertzuiop',
  'watchword',
  'correcthorsebatterystaple',
  'youwillneverguess',
  'astringthatshouldneverbeused',
]

/**
 * Refuses a passphrase that guessing would find.
 *
 * @throws {@link Failure} `passphrase_weak`
 */
export function refuseWeakPassphrase(passphrase: string, username: string): void {
  const letters = passphrase.normalize('NFC').toLowerCase()
  const bare = lettersOf(letters)
  const isShort = [...letters].length < minCharacters
  const isPlain = new Set(letters).size < 4 || isRun(letters)
  const name = lettersOf(usernameKey(username))
  const isName = name.length >= 3 && bare.startsWith(name) && bare.length < name.length + 4
  if (isShort || isPlain || isName || known.includes(bare)) {
    throw new Failure('passphrase_weak', { detail: { min: minCharacters } })
  }
}

// 0123456789, abcdefghij: each character the one after the last.
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  return codes.every((code, index) => index === 0 || Math.abs(code - (codes[index - 1] ?? 0)) === 1 || code === 0x30)
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^\p{L}]/gu, '')
}
