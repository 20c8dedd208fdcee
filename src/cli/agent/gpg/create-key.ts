import { Failure } from '../../../errors/failure.ts'
import { findOwnKeys, type GpgKey } from './keys.ts'
import { runGpg, type Gpg } from './run.ts'

/**
 * Makes a key that never expires: an Ed25519 key with an X25519 part that encrypts.
 *
 * gpg's own agent asks for the new key's passphrase, unless the key is to have none. Both parts come from one call, so
 * that it asks once, and whoever thinks better of it leaves no half of a key behind.
 *
 * @param userId - such as `watchword@local`
 * @throws {@link Failure} `agent_gpg_failed`
 */
export async function createKey(gpg: Gpg, userId: string, unprotected: boolean): Promise<GpgKey> {
  const input = unprotected ? { passphrase: '' } : {}
  const made = await runGpg(gpg, ['--quick-generate-key', userId, 'future-default', 'default', 'never'], input)
  const fingerprint = made.status.find((line) => line.startsWith('KEY_CREATED '))?.split(' ')[2]
  if (fingerprint === undefined) throw failed(made.messages)
  const [key] = await findOwnKeys(gpg, fingerprint)
  if (key === undefined) throw failed(made.messages)
  return key
}

function failed(messages: string): Failure {
  const reason =
    messages
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^gpg: /, '')
      .replace(/\.+$/, '') ?? ''
  return new Failure('agent_gpg_failed', { detail: { action: 'make a key', reason } })
}
