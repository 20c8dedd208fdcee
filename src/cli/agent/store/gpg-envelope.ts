import { Failure } from '../../../errors/failure.ts'
import { decrypt, type Decryption, type DecryptionProblem } from '../gpg/decrypt.ts'
import { encrypt, keyIdsOf } from '../gpg/encrypt.ts'
import { findOwnKeys, type GpgKey, resolveRecipient } from '../gpg/keys.ts'
import type { Gpg } from '../gpg/run.ts'
import type { Envelope, PassphraseSource } from './envelope.ts'

/**
 * Files as OpenPGP messages: `gpg -d` alone opens them.
 *
 * gpg's own agent asks for the passphrase; only where it cannot ask do we.
 *
 * @param recipientsOf - keys as the settings name them when something is sealed, for a new file or in place of another;
 *   none means those of the file that is replaced, else the one key of one's own
 */
export function gpgEnvelope(
  gpg: Gpg,
  recipientsOf: (isNew: boolean) => readonly string[],
  passphrases: PassphraseSource,
): Envelope {
  return {
    kind: 'gpg',
    async open(sealed, path) {
      const opened = await decryptAsking(gpg, sealed, passphrases)
      if (opened.opened) return opened.plaintext
      throw failureOf(opened.reason, path, opened.recipients)
    },
    async seal(plaintext, _purpose, previous) {
      const recipients = recipientsOf(previous === undefined)
      const isCarriedOver = recipients.length === 0 && previous !== undefined
      const to = isCarriedOver ? await keyIdsOf(gpg, previous) : recipients
      return encrypt(gpg, plaintext, await fingerprintsOf(gpg, to))
    },
  }
}

/** The fingerprints of the recipients as the settings name them, or of the one key of one's own. */
export async function fingerprintsOf(gpg: Gpg, recipients: readonly string[]): Promise<string[]> {
  if (recipients.length === 0) return [(await findOnlyKey(gpg)).fingerprint]
  const fingerprints: string[] = []
  for (const recipient of recipients) fingerprints.push((await resolveRecipient(gpg, recipient)).fingerprint)
  return [...new Set(fingerprints)]
}

/**
 * The only key of one's own that can both encrypt and decrypt.
 *
 * @throws {@link Failure} `agent_no_key`, `agent_no_key_left` or `agent_several_keys`
 */
async function findOnlyKey(gpg: Gpg): Promise<{ fingerprint: string; userId: string }> {
  const own = await findOwnKeys(gpg)
  const usable = own.filter((key) => key.unusable === null)
  const [only] = usable
  if (only === undefined) throw noUsableKey(own)
  if (usable.length > 1) {
    throw new Failure('agent_several_keys', { detail: { keys: usable.map((key) => key.userId).join(', ') } })
  }
  return only
}

/** The failure for somebody without a key that can take a store, naming the keys that cannot. */
export function noUsableKey(own: readonly GpgKey[]): Failure {
  if (own.length === 0) return new Failure('agent_no_key')
  const keys = own.map(({ userId, fingerprint, unusable }) => `${userId} (${fingerprint}) is ${unusable}`).join(', ')
  return new Failure('agent_no_key_left', { detail: { keys } })
}

async function decryptAsking(gpg: Gpg, sealed: Buffer, passphrases: PassphraseSource): Promise<Decryption> {
  const given = await passphrases.given()
  const first = await decrypt(gpg, sealed, given ?? undefined)
  if (first.opened || first.reason !== 'locked' || given !== null) return first
  const asked = await passphrases.ask()
  return asked === null ? first : decrypt(gpg, sealed, asked)
}

function failureOf(reason: DecryptionProblem, path: string, recipients: readonly string[]): Failure {
  switch (reason) {
    case 'wrong passphrase':
      return new Failure('agent_passphrase_wrong', { detail: { path } })
    case 'locked':
      return new Failure('agent_passphrase_needed')
    case 'cancelled':
      return new Failure('agent_interrupted')
    case 'no key':
      return new Failure('agent_key_missing', { detail: { path, recipients: recipients.join(', ') } })
    case 'damaged':
      return new Failure('agent_store_damaged', {
        detail: { path, reason: 'it was cut or altered', backup: `${path}.bak` },
      })
    case 'not encrypted':
      return new Failure('agent_store_foreign', { detail: { path, reason: 'it is no encrypted OpenPGP message' } })
  }
}
