import { type KeyRing, openKeyRing } from '../../src/crypto/key-ring.ts'
import { textProvider } from '../../src/crypto/root-key-provider.ts'
import { newRootKey, type RootKey, rootKeyText } from '../../src/crypto/root-key.ts'
import { dataKeyStore } from '../../src/server/database/data-keys.ts'
import type { Storage, Tx } from '../../src/server/database/storage.ts'

/** The keys of a test database, under a root key of their own or the one given. */
export function openTestKeyRing(storage: Storage, rootKey: RootKey = newRootKey()): Promise<KeyRing<Tx>> {
  return openKeyRing(textProvider(rootKeyText(rootKey), 'of the test'), dataKeyStore(storage), () => Date.now())
}
