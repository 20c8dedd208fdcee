import { createHmac } from 'node:crypto'
import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Place } from '../../crypto/sealing.ts'
import type { Tx } from '../database/storage.ts'
import type { CodeShape, VaultAccount } from './account.ts'

/** A secret that was replaced and may still come back, with everything its codes depended on. */
export interface PreviousSecret extends CodeShape {
  readonly secret: Uint8Array
  readonly secretVersion: number
}

/** Seals and opens the secrets of accounts, each bound to its row and column. */
export interface SecretKeeper {
  seal(accountId: string, secret: Uint8Array): Uint8Array
  open(account: Pick<VaultAccount, 'id' | 'sealedSecret'>): Promise<Uint8Array>
  sealPrevious(accountId: string, previous: PreviousSecret): Uint8Array
  openPrevious(accountId: string, sealed: Uint8Array): Promise<PreviousSecret>
  /** The keyed hash duplicates are found by; without the key nobody can try secrets against it. */
  hash(secret: Uint8Array): Uint8Array
}

/** Makes the keeper of a vault's secrets. */
export function createSecretKeeper(keyRing: KeyRing<Tx>): SecretKeeper {
  const hashKey = keyRing.deriveKey('vault duplicates')
  const seal = (bytes: Uint8Array, place: Place) => keyRing.seal(keyRing.vaultKeyId(), bytes, place)
  const open = async (sealed: Uint8Array, place: Place) => {
    await keyRing.readyFor(sealed, place)
    return keyRing.open(sealed, place)
  }
  return {
    seal: (accountId, secret) => seal(secret, presentPlace(accountId)),
    open: ({ id, sealedSecret }) => open(sealedSecret, presentPlace(id)),
    sealPrevious: (accountId, { secret, ...rest }) =>
      seal(
        Buffer.from(JSON.stringify({ ...rest, secret: Buffer.from(secret).toString('base64') })),
        previousPlace(accountId),
      ),
    openPrevious: async (accountId, sealed) => readPrevious(await open(sealed, previousPlace(accountId))),
    hash: (secret) => createHmac('sha256', hashKey).update(secret).digest(),
  }
}

function presentPlace(accountId: string): Place {
  return { table: 'account', column: 'sealed_secret', row: accountId }
}

function previousPlace(accountId: string): Place {
  return { table: 'account', column: 'previous_secret', row: accountId }
}

// Authenticated by its seal, so what it holds is what `sealPrevious` wrote.
function readPrevious(bytes: Uint8Array): PreviousSecret {
  const { secret, ...rest } = JSON.parse(Buffer.from(bytes).toString()) as CodeShape & {
    readonly secret: string
    readonly secretVersion: number
  }
  return { ...rest, secret: Buffer.from(secret, 'base64') }
}
