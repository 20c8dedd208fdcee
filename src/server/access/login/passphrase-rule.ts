import { shortestPassphrase } from '../../../api/me.ts'
import { Failure } from '../../../errors/failure.ts'
import { usernameKey } from '../people/usernames.ts'

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
  const isShort = [...letters].length < shortestPassphrase
  const isPlain = new Set(letters).size < 4 || isRun(letters)
  const name = lettersOf(usernameKey(username))
  const isName = name.length >= 3 && bare.startsWith(name) && bare.length < name.length + 4
  if (isShort || isPlain || isName || isMadeOf(bare, [...known, ...(name.length >= 3 ? [name] : [])])) {
    throw new Failure('passphrase_weak', { detail: { min: shortestPassphrase } })
  }
}

// 0123456789, abcdefghij: each character the one after the last.
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  return codes.every((code, index) => index === 0 || Math.abs(code - (codes[index - 1] ?? 0)) === 1 || code === 0x30)
}

// passwordpassword, marcusletmein: nothing but what is guessed first, however often.
function isMadeOf(letters: string, words: readonly string[]): boolean {
  return letters !== '' && words.reduce((rest, word) => rest.replaceAll(word, ''), letters) === ''
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^\p{L}]/gu, '')
}
