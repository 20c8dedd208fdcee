import { Failure, isFailure } from '../../../errors/failure.ts'
import { readSecret } from '../../vault/account-input.ts'
import { longestPublicKey, publicKeyOf } from '../../vault/account.ts'
import { storeAccount } from '../../vault/accounts.ts'
import { mayAddAccounts, requireKnown } from '../../access/rights.ts'
import type { Actor } from '../../http/actor.ts'
import { findByPublicKey, publicKeysOf } from '../../vault/store.ts'
import type { Vault } from '../../vault/vault.ts'

/** An account as totpshare lists it. */
export interface ListedSecret {
  readonly display_name: string
  readonly id: string
  readonly key: string
}

/** What totpshare asks of its storage, over the vault. */
export interface TotpshareAccounts {
  list(actor: Actor): Promise<ListedSecret[]>
  code(actor: Actor, key: string): Promise<{ time_remaining: number; token: string }>
  /** Answers the key of the new account. */
  add(actor: Actor, given: { id: string; displayName: string; secret: string }): Promise<string>
  remove(actor: Actor, key: string): Promise<void>
  /** Whether the actor may add and delete through this door. */
  mayAdminister(actor: Actor): boolean
}

const door = 'totpshare'
/** Keys kept with their accounts; whoever asks by an old one is not found and looked up again. */
const mostKeysKept = 10_000

/** @param isOpenToAll - whether everyone who is logged in may add and delete accounts */
export function totpshareAccounts(vault: Vault, isOpenToAll: boolean): TotpshareAccounts {
  const { core } = vault.room
  const knownIds = new Map<string, string>()
  const findId = async (key: string): Promise<string> => {
    if (!/^[0-9a-f]+\.[0-9a-f]+$/i.test(key)) throw new Failure('account_not_found')
    const account = await findByPublicKey(core.storage.db, key)
    if (account === null || account.type === 'hotp') throw new Failure('account_not_found')
    if (knownIds.size >= mostKeysKept) knownIds.clear()
    knownIds.set(key, account.id)
    return account.id
  }
  const mayAdminister = (actor: Actor) => mayAddAccounts(actor) || (isOpenToAll && actor.kind === 'person')
  return {
    mayAdminister,
    list: (actor) => listSecrets(vault, actor),
    code: async (actor, key) => {
      requireKnown(actor)
      try {
        return await revealNow(vault, actor, knownIds.get(key) ?? (await findId(key)), key)
      } catch (error) {
        // Its account may be gone and the key another one's by now.
        if (!isFailure(error, 'account_not_found') || !knownIds.delete(key)) throw error
        return revealNow(vault, actor, await findId(key), key)
      }
    },
    add: (actor, given) => {
      requireKnown(actor)
      if (!mayAdminister(actor)) throw new Failure('forbidden')
      return addSecret(vault, actor, given)
    },
    remove: async (actor, key) => {
      requireKnown(actor)
      if (!mayAdminister(actor)) throw new Failure('forbidden')
      const id = await findId(key)
      await vault.read(actor, id)
      await vault.remove(isOpenToAll ? asManager(actor) : actor, id)
      knownIds.delete(key)
    },
  }
}

async function listSecrets(vault: Vault, actor: Actor): Promise<ListedSecret[]> {
  const listed: ListedSecret[] = []
  let cursor: string | undefined
  do {
    const page = await vault.list(actor, { cursor, limit: 500 })
    const shown = page.items.filter(({ mayReveal, type }) => mayReveal && type !== 'hotp')
    const keys = await publicKeysOf(
      vault.room.core.storage.db,
      shown.map(({ id }) => id),
    )
    for (const { id, label, identifier } of shown) {
      listed.push({ display_name: label, id: identifier || id, key: keys.get(id) ?? '' })
    }
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return listed
}

// Rounded up, so that it counts 30 to 1 and never shows a full period beside an old code (T104).
async function revealNow(
  vault: Vault,
  actor: Actor,
  id: string,
  publicKey: string,
): Promise<{ time_remaining: number; token: string }> {
  const { code, validUntilMs, serverTimeMs } = await vault.reveal(actor, id, { door, publicKey })
  return { time_remaining: Math.ceil((validUntilMs - serverTimeMs) / 1000), token: code }
}

async function addSecret(
  vault: Vault,
  actor: Actor,
  { id, displayName, secret }: { id: string; displayName: string; secret: string },
): Promise<string> {
  const { room } = vault
  const { otp } = readSecret({ secretBase32: secret })
  if (otp.type === 'hotp') throw new Failure('totpshare_counts')
  if (/\p{Cc}/u.test(id + displayName)) throw new Failure('account_text_unprintable', { detail: { field: 'id' } })
  const publicKey = publicKeyOf(id, displayName)
  if (publicKey.length > longestPublicKey) throw new Failure('totpshare_name_too_long')
  try {
    const { account } = await room.core.storage.transaction((tx) =>
      storeAccount(room, tx, actor, {
        otp,
        text: { label: displayName, identifier: id, issuer: otp.issuer, url: '', tags: [], note: '' },
        settings: {},
        grants: [{ grantee: 'everyone', right: 'reveal' }],
        allowDuplicate: false,
        custody: { how: 'uploaded', note: door },
        publicKey,
      }),
    )
    return account.publicKey
  } catch (error) {
    // This door has no way to ask twice.
    throw isFailure(error, 'account_duplicate')
      ? new Failure('totpshare_secret_taken', { detail: error.detail })
      : error
  }
}

// Only for deleting an account this person may see, where the operator opened the door to everyone.
function asManager(actor: Actor): Actor {
  return actor.kind === 'person' ? { ...actor, role: 'administrator', factors: 'two' } : actor
}
