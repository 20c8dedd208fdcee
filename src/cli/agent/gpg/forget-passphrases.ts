import { findOwnKeys } from './keys.ts'
import { askGpgAgent, type Gpg } from './run.ts'

/** Makes gpg's agent forget the passphrases of the keys that open a file. Without an agent there is nothing to forget. */
export async function forgetPassphrases(gpg: Gpg, encryptionKeyIds: readonly string[]): Promise<void> {
  const keys = await findOwnKeys(gpg)
  const opening = keys.filter((key) => key.encryptionKeyIds.some((id) => encryptionKeyIds.includes(id)))
  const grips = opening.flatMap((key) => key.keygrips)
  if (grips.length > 0)
    await askGpgAgent(
      gpg,
      grips.map((grip) => `clear_passphrase --mode=normal ${grip}`),
    )
}

/** Whether gpg's agent would open one of these keys without asking; null when it cannot tell. */
export async function isUnlocked(gpg: Gpg, keygrips: readonly string[]): Promise<boolean | null> {
  const answer = await askGpgAgent(gpg, ['keyinfo --list'])
  if (answer === null) return null
  // S KEYINFO <keygrip> D - - <1 when cached> <P protected, C clear>
  const fields = answer.split('\n').map((line) => line.split(' '))
  const ours = fields.filter(([, keyword, grip]) => keyword === 'KEYINFO' && keygrips.includes(grip ?? ''))
  return ours.length === 0 ? null : ours.some((line) => line[6] === '1' || line[7] === 'C')
}
