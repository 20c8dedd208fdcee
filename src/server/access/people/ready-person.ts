import { randomUUID } from 'node:crypto'
import { hashPassphrase } from '../../../crypto/passphrase.ts'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { refuseWeakPassphrase } from '../login/passphrase-rule.ts'
import { personObject } from './people.ts'
import type { NewCode } from './person-codes.ts'
import { insertPerson } from './store.ts'
import { checkedName, usernameKey } from './usernames.ts'

/** A local person with everything they need to log in. */
export interface ReadyPersonWish {
  readonly username: string
  /** One just chosen, or one of another program as that program hashed it. */
  readonly passphrase: { readonly chosen: string } | { readonly legacy: string } | null
  /** Given by an import; otherwise fresh random bytes. */
  readonly secret?: Uint8Array
}

/**
 * Adds a local person who can log in at once, without a setup link: imported, or made by an administrator who hands
 * the secret over.
 *
 * @throws {@link Failure} `username_taken`, `username_invalid`, `passphrase_weak`
 */
export async function addReadyPerson(
  context: AccessContext,
  actor: Actor,
  { username, passphrase, secret }: ReadyPersonWish,
): Promise<{ readonly id: string; readonly username: string; readonly code: Omit<NewCode, 'pendingUntilMs'> }> {
  const name = checkedName(username)
  const hashed = await hashedPassphrase(passphrase, name)
  const person = { id: randomUUID(), username: name, usernameKey: usernameKey(name), displayName: '', email: '' }
  try {
    return await context.storage.transaction(async (tx) => {
      await insertPerson(tx, { ...person, source: 'local', role: 'member', ...hashed }, nowMs(context))
      const code = await context.codes.install(tx, person, actor, secret === undefined ? {} : { secret })
      await personMoved(context, tx, person.id)
      const deed = { action: 'person.create', ...personObject(person), outcome: 'done' as const }
      await audit(context, tx, actor, { ...deed, detail: { role: 'member', ready: true } })
      return { id: person.id, username: name, code }
    })
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('username_taken')
    throw error
  }
}

async function hashedPassphrase(
  passphrase: ReadyPersonWish['passphrase'],
  username: string,
): Promise<{ passphraseHash?: string; legacyPassphrase?: string }> {
  if (passphrase === null) return {}
  if ('legacy' in passphrase) return { legacyPassphrase: passphrase.legacy }
  refuseWeakPassphrase(passphrase.chosen, username)
  return { passphraseHash: await hashPassphrase(passphrase.chosen) }
}
