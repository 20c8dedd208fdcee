import { Failure } from '../../../errors/failure.ts'
import { findOwnKeys, type GpgKey } from './keys.ts'
import { lastMessage, runGpg, type Gpg, type GpgAnswer } from './run.ts'

/**
 * Makes a key that never expires: an Ed25519 key with an X25519 part that encrypts.
 *
 * gpg's own agent asks for the new key's passphrase, unless the key is to have none. Both parts come from one call, so
 * that it asks once, and whoever thinks better of it leaves no half of a key behind.
 *
 * @param userId - such as `watchword@local`
 * @throws {@link Failure} `agent_gpg_failed`, `agent_interrupted` when the question for a passphrase is cancelled,
 *   `agent_terminal_missing` when nobody can be asked
 */
export async function createKey(gpg: Gpg, userId: string, unprotected: boolean): Promise<GpgKey> {
  const input = unprotected ? { passphrase: '' } : {}
  const made = await runGpg(gpg, ['--quick-generate-key', userId, 'future-default', 'default', 'never'], input)
  const fingerprint = made.status.find((line) => line.startsWith('KEY_CREATED '))?.split(' ')[2]
  if (fingerprint === undefined) throw failed(made)
  const [key] = await findOwnKeys(gpg, fingerprint)
  if (key === undefined) throw failed(made)
  return key
}

function failed(answer: GpgAnswer): Failure {
  const reason = lastMessage(answer)
  if (/cancel/i.test(reason)) return new Failure('agent_interrupted')
  if (/ioctl for device|No pinentry|No such device/i.test(reason)) {
    const instead = 'Run it in a terminal, or give --unprotected-key for a key without one.'
    return new Failure('agent_terminal_missing', { detail: { question: "the new key's passphrase", instead } })
  }
  return new Failure('agent_gpg_failed', { detail: { action: 'make a key', reason } })
}
