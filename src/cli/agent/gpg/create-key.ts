import { Failure } from '../../../errors/failure.ts'
import { findOwnKeys, type GpgKey } from './keys.ts'
import { runGpg, type Gpg } from './run.ts'

/**
 * Makes a key that encrypts and never expires: an Ed25519 key that certifies and an X25519 part that encrypts.
 *
 * gpg's own agent asks for the new key's passphrase, unless the key is to have none.
 *
 * @param userId - such as `watchword@local`
 * @throws {@link Failure} `agent_gpg_failed`
 */
export async function createKey(gpg: Gpg, userId: string, unprotected: boolean): Promise<GpgKey> {
  const input = unprotected ? { passphrase: '' } : {}
  const made = await runGpg(gpg, ['--quick-generate-key', userId, 'ed25519', 'cert', 'never'], input)
  const fingerprint = made.status.find((line) => line.startsWith('KEY_CREATED '))?.split(' ')[2]
  if (fingerprint === undefined) throw failed(made.messages)
  const added = await runGpg(gpg, ['--quick-add-key', fingerprint, 'cv25519', 'encr', 'never'], input)
  const [key] = await findOwnKeys(gpg, fingerprint)
  if (added.exitCode !== 0 || key === undefined) throw failed(added.messages)
  return key
}

function failed(messages: string): Failure {
  const reason =
    messages
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^gpg: /, '') ?? ''
  return new Failure('agent_gpg_failed', { detail: { action: 'make a key', reason } })
}
