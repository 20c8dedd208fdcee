import { isFailure } from '../../../errors/failure.ts'
import { type AccessContext, nowMs } from '../context.ts'
import {
  chargeFirstFactor,
  checkFirstFactor,
  concludeLogin,
  type FirstFactor,
  type LoggedIn,
  type LoginPlace,
  sourceHashes,
} from '../login/login.ts'
import { keepOnce, spendOnce } from '../one-time.ts'
import { holdUnchanged, personById } from '../people/store.ts'
import * as ceremony from './ceremony.ts'
import { type Ceremony, checkShown } from './passkeys.ts'
import { moveSignCount } from './store.ts'

const ticketLivesMs = 5 * 60_000
/** Looked for where no person is, at the price of one. */
const nobody = { id: '', passphraseHash: null, legacyPassphrase: null }

/**
 * Looks at name and passphrase and asks for a passkey. The answer is the same for whoever asks: a wrong passphrase
 * gets a ticket too, which no passkey will ever satisfy (T40).
 */
export async function beginPasskeyLogin(
  context: AccessContext,
  proof: { username: string; passphrase: string },
  place: LoginPlace,
  origin: string,
): Promise<Ceremony> {
  const first = await checkFirstFactor(context, proof, place)
  const options = await ceremony.proofOptions(ceremony.siteOf(origin))
  const ticket = await context.storage.transaction(async (tx) => {
    const isUnchanged = await holdUnchanged(tx, first.person ?? nobody)
    await chargeFirstFactor(context, tx, first, first.refusal)
    const data = {
      personId: first.person?.id ?? null,
      username: proof.username,
      // A passphrase that was changed while it was looked at is the old one.
      refusal: first.refusal ?? (isUnchanged ? null : ('changed' as const)),
      isKnownSource: first.isKnownSource,
      challenge: options.challenge,
      beganAtMs: nowMs(context),
    }
    return keepOnce(tx, 'passkey-login', data, { nowMs: nowMs(context), livesMs: ticketLivesMs })
  })
  return { ticket, options }
}

/**
 * Finishes a login with the passkey. The ticket is used up by the first answer, right or wrong, and by any lock that
 * fell since it began (T25, T31).
 *
 * @throws {@link Failure} `login_refused`
 */
export async function finishPasskeyLogin(
  context: AccessContext,
  shown: { ticket: string; response: unknown },
  place: LoginPlace,
  origin: string,
): Promise<LoggedIn> {
  const atMs = nowMs(context)
  const begun = await context.storage.transaction((tx) => spendOnce(tx, 'passkey-login', shown.ticket, atMs))
  const person = begun?.personId == null ? null : await personById(context.storage.db, begun.personId)
  const first: FirstFactor = {
    username: begun?.username ?? '',
    person,
    isPassphraseRight: begun?.refusal === null,
    refusal: begun === null ? 'unknown' : begun.refusal,
    hashes: sourceHashes(context, place.address, place.device),
    isKnownSource: begun?.isKnownSource ?? false,
    isCharged: true,
  }
  const isLocked =
    person !== null &&
    begun !== null &&
    !begun.isKnownSource &&
    (await context.codes.isLockedSince(person.id, begun.beganAtMs))
  if (begun === null || person === null || first.refusal !== null || isLocked) {
    return concludeLogin(context, first, isLocked ? 'locked' : (first.refusal ?? 'unknown'), place, 'passkey')
  }
  const isShown = await showPasskey(context, person.id, origin, begun.challenge, shown.response)
  return concludeLogin(context, first, isShown ? null : 'passkey', place, 'passkey')
}

async function showPasskey(
  context: AccessContext,
  personId: string,
  origin: string,
  challenge: string,
  response: unknown,
): Promise<boolean> {
  try {
    const { passkey, signCount } = await checkShown(context, personId, origin, challenge, response)
    return await context.storage.transaction((tx) => moveSignCount(tx, passkey, signCount, nowMs(context)))
  } catch (error) {
    if (isFailure(error, 'passkey_refused')) return false
    throw error
  }
}
