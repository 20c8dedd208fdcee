import { lastMessage, runGpg, unusableGpg, type Gpg, type GpgAnswer } from './run.ts'

/** How a decryption ended, told apart by gpg's status lines alone. */
export type Decryption =
  | { readonly opened: true; readonly plaintext: Buffer }
  | { readonly opened: false; readonly reason: DecryptionProblem; readonly recipients: readonly string[] }

/** Why a file did not open. */
export type DecryptionProblem = 'wrong passphrase' | 'locked' | 'cancelled' | 'no key' | 'damaged' | 'not encrypted'

// Error numbers of libgpg-error, in the low 16 bits of a status line's number.
const badPassphrase = 11
const badSecretKey = 7
// No agent, no pinentry, timed out.
const unlockImpossible = new Set([62, 77, 85, 86])
// The person said no at gpg's own question, to this or to all that follow.
const cancelled = new Set([99, 198])
// Set for errors of the operating system, such as a pinentry without a terminal.
const systemError = 0x8000

/**
 * Decrypts one file.
 *
 * gpg agents that serve several calls at once sometimes answer "No secret key" for a key they have, so a missing key
 * is asked for twice.
 *
 * @param passphrase - answers gpg in place of the agent's own question
 * @throws {@link Failure} `agent_gpg_missing`, `agent_gpg_unusable`
 */
export async function decrypt(gpg: Gpg, ciphertext: Uint8Array, passphrase?: string): Promise<Decryption> {
  const first = await decryptOnce(gpg, ciphertext, passphrase)
  return first.opened || first.reason !== 'no key' ? first : decryptOnce(gpg, ciphertext, passphrase)
}

async function decryptOnce(gpg: Gpg, ciphertext: Uint8Array, passphrase?: string): Promise<Decryption> {
  const input = passphrase === undefined ? { data: ciphertext } : { data: ciphertext, passphrase }
  const answer = await runGpg(gpg, ['--decrypt'], input)
  // Whatever the file is, a gpg that works says something about it.
  if (answer.status.length === 0) throw unusableGpg(gpg, lastMessage(answer))
  return judgeDecryption(answer)
}

/**
 * What an answer of `gpg --decrypt` means.
 *
 * The plaintext counts only when gpg vouched for its integrity: cut or altered files may leave partial text on
 * standard output, and a file cut inside its recipients' packets ends with exit code 0 and nothing.
 */
export function judgeDecryption(answer: GpgAnswer): Decryption {
  const has = (keyword: string) => answer.status.some((line) => line === keyword || line.startsWith(`${keyword} `))
  const count = (keyword: string) => answer.status.filter((line) => line.startsWith(keyword)).length
  const whole = has('DECRYPTION_OKAY') && has('GOODMDC') && count('PLAINTEXT ') === 1
  if (answer.exitCode === 0 && whole) return { opened: true, plaintext: answer.output }
  return { opened: false, reason: problemOf(answer, has), recipients: recipientsIn(answer.status) }
}

/** The key ids a file is encrypted to, from gpg's status lines; `0000000000000000` is a hidden recipient. */
export function recipientsIn(status: readonly string[]): string[] {
  return status.filter((line) => line.startsWith('ENC_TO ')).map((line) => line.split(' ')[1] ?? '')
}

function problemOf(answer: GpgAnswer, has: (keyword: string) => boolean): DecryptionProblem {
  if (has('BADMDC') || has('NODATA 3')) return 'damaged'
  const error = answer.status.find((line) => line.startsWith('ERROR pkdecrypt_failed '))
  const number = Number(error?.split(' ')[2]) & 0xffff
  if (number === badPassphrase || number === badSecretKey) return 'wrong passphrase'
  if (cancelled.has(number)) return 'cancelled'
  if (has('NEED_PASSPHRASE') || unlockImpossible.has(number) || (number & systemError) !== 0) return 'locked'
  if (has('ENC_TO') && has('NO_SECKEY')) return 'no key'
  if (has('NODATA') && !has('ENC_TO')) return 'not encrypted'
  return 'damaged'
}
