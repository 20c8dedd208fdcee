import { Failure } from '../../../errors/failure.ts'
import { recipientsIn } from './decrypt.ts'
import { lastMessage, runGpg, type Gpg } from './run.ts'

/**
 * Encrypts bytes to keys named by fingerprint.
 *
 * Trust is not asked of the web of trust: the keys were chosen by fingerprint. Nothing is looked up over the network,
 * and no key is added from gpg's own configuration.
 *
 * @throws {@link Failure} `agent_gpg_failed` unless gpg reports a complete encryption to exactly these keys
 */
export async function encrypt(gpg: Gpg, plaintext: Uint8Array, fingerprints: readonly string[]): Promise<Buffer> {
  const to = fingerprints.flatMap((fingerprint) => ['-r', fingerprint])
  const args = ['--quiet', '--no-auto-key-locate', '--trust-model', 'always', '--no-encrypt-to']
  const answer = await runGpg(gpg, [...args, ...to, '--output', '-', '--encrypt'], { data: plaintext })
  const finished = answer.exitCode === 0 && answer.status.includes('END_ENCRYPTION')
  if (!finished)
    throw new Failure('agent_gpg_failed', { detail: { action: 'encrypt the store', reason: lastMessage(answer) } })
  const written = await keyIdsOf(gpg, answer.output)
  if (written.length !== fingerprints.length) {
    const reason = `it wrote ${written.length} recipients instead of ${fingerprints.length}`
    throw new Failure('agent_gpg_failed', { detail: { action: 'encrypt the store', reason } })
  }
  return answer.output
}

/** The ids of the encryption subkeys a file is encrypted to; needs no passphrase. */
export async function keyIdsOf(gpg: Gpg, ciphertext: Uint8Array): Promise<string[]> {
  const answer = await runGpg(gpg, ['--list-only', '--decrypt'], { data: ciphertext })
  return recipientsIn(answer.status)
}
