import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { Failure } from '../errors/failure.ts'
import type { DataKeyStore, StoredCanary, StoredDataKey } from './data-key.ts'
import type { RootKeyProvider } from './root-key-provider.ts'
import type { RootKey } from './root-key.ts'
import { openBytes, type Place, sealBytes, sealingKeyId } from './sealing.ts'

const canaryPlace: Place = { table: 'key_canary', column: 'sealed', row: 'canary' }
const canaryText = 'watchword'
/** Keys that belong to no realm. */
const firstPurposes = ['derive', 'vault']

/** Longer than any transaction lasts: a key that was not committed by then never will be. */
const madeForMs = 3_600_000

/** A data key in memory. The cipher takes `key`: made once, it spares its setting up for every secret. */
interface HeldKey extends StoredDataKey {
  readonly bytes: Uint8Array
  readonly key: KeyObject
}

/**
 * The keys of one database, held open in memory: root key → data keys → secrets.
 *
 * ```ts
 * const sealed = keyRing.seal(realm.data_key_id, secret, { table: 'subject', column: 'sealed_secret', row: subject.id })
 * const secret = keyRing.open(sealed, { table: 'subject', column: 'sealed_secret', row: subject.id })
 * ```
 *
 * `seal` and `open` are synchronous. A key another server made a moment ago may not be in memory yet: then they
 * throw `data_key_missing`, and `await keyRing.ready(keyId)` or `await keyRing.readyFor(sealed, place)` loads it.
 */
export class KeyRing<Tx> {
  readonly #store: DataKeyStore<Tx>
  readonly #provider: RootKeyProvider
  readonly #now: () => number
  readonly #keys = new Map<string, HeldKey>()
  /** Keys of transactions under way: they seal by their id, and are nobody's next key until they are committed. */
  readonly #made = new Map<string, HeldKey>()
  #reading: Promise<void> = Promise.resolve()
  #root: RootKey

  /** Use {@link openKeyRing}. */
  constructor(store: DataKeyStore<Tx>, provider: RootKeyProvider, root: RootKey, now: () => number) {
    this.#store = store
    this.#provider = provider
    this.#root = root
    this.#now = now
  }

  /** The root key in use, by its id. */
  get rootKeyId(): string {
    return this.#root.id
  }

  /** Every stored data key, sealed: for `keys status` and for rotation. */
  dataKeys(tx?: Tx): Promise<readonly StoredDataKey[]> {
    return this.#store.list(tx)
  }

  /** Seals bytes for one place under a data key. */
  seal(keyId: string, plaintext: Uint8Array, place: Place): Uint8Array {
    return sealBytes(this.#held(keyId).key, keyId, plaintext, place)
  }

  /**
   * Opens what was sealed for exactly this place.
   *
   * @throws {@link Failure} `sealed_unreadable`, `data_key_missing`
   */
  open(sealed: Uint8Array, place: Place): Uint8Array {
    return openBytes(this.#held(sealingKeyId(sealed, place)).key, sealed, place)
  }

  /** Makes sure that a data key is in memory. */
  async ready(keyId: string): Promise<void> {
    if (this.#inMemory(keyId) !== undefined) return
    const stored = await this.#store.find(keyId)
    if (stored === null) throw new Failure('data_key_missing', { detail: { keyId } })
    await this.#hold(stored)
  }

  /** Makes sure that the key of a sealed value is in memory. */
  async readyFor(sealed: Uint8Array, place: Place): Promise<void> {
    await this.ready(sealingKeyId(sealed, place))
  }

  /**
   * Makes a data key in the transaction that makes its owner. It can be used by its id when the answer is there, and
   * becomes the next one of its purpose with the commit.
   *
   * @param purpose - `realm`, `vault` or `people`
   * @returns its id
   * @throws {@link Failure} `root_key_rotated` when another process moved to a root key we do not have
   */
  async createDataKey(tx: Tx, purpose: string, ownerId: string | null): Promise<string> {
    await this.#followRotation(await this.#store.lockCanary(tx))
    const bytes = randomBytes(32)
    const id = randomBytes(9).toString('base64url')
    const stored: StoredDataKey = {
      id,
      purpose,
      ownerId,
      sealedKey: sealBytes(this.#root.bytes, this.#root.id, bytes, placeOf(id)),
      rootKeyId: this.#root.id,
      createdAtMs: this.#now(),
      retiredAtMs: null,
    }
    await this.#store.insert(tx, stored)
    this.#made.set(id, { ...stored, bytes, key: createSecretKey(bytes) })
    return id
  }

  /** The data key new vault secrets are sealed under. */
  vaultKeyId(): string {
    return this.#current('vault').id
  }

  /**
   * A key for one use, derived with HKDF-SHA-256 (RFC 5869). It survives restarts and rotations: what it is derived
   * from is a data key of its own, which the root key seals and no rotation replaces.
   *
   * @param label - names the use, e.g. `audit head`; two uses never share a label
   * @returns 32 bytes
   */
  deriveKey(label: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#current('derive').bytes, '', `watchword ${label}`, 32))
  }

  /** Lets a younger key take over in the transaction that makes it. The old one still opens what it sealed. */
  retireDataKey(tx: Tx, id: string): Promise<void> {
    return this.#store.retire(tx, id, this.#now())
  }

  /** Forgets a retired key that seals nothing any more, on every server. */
  removeDataKey(tx: Tx, id: string): Promise<void> {
    return this.#store.remove(tx, id)
  }

  /**
   * A key for what must open without the database, such as a backup of it, derived from the root key itself.
   *
   * @returns 32 bytes; another root key gives another one
   */
  deriveFromRoot(label: string): Uint8Array {
    return rootDerivedKey(this.#root, label)
  }

  /** Reads all keys again, after a change by whichever process, and drops those the database does not have. */
  reload(): Promise<void> {
    // One after the other: an older answer must not overwrite a younger one.
    this.#reading = this.#reading.catch(() => {}).then(() => this.#readAll())
    return this.#reading
  }

  /** A key's transaction was committed, here or elsewhere: it counts from now on. */
  confirm(keyId: string): void {
    const made = this.#made.get(keyId)
    if (made === undefined) return
    this.#made.delete(keyId)
    this.#keys.set(keyId, made)
  }

  /**
   * Seals every data key and the canary under another root key, in one transaction.
   *
   * @param also - what else belongs into that transaction, e.g. its audit event
   */
  async moveToRootKey(next: RootKey, also: (tx: Tx) => Promise<void>): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await this.#followRotation(await this.#store.lockCanary(tx))
      for (const key of await this.#store.list(tx)) {
        await this.#hold(key)
        const sealedKey = sealBytes(next.bytes, next.id, this.#held(key.id).bytes, placeOf(key.id))
        await this.#store.reseal(tx, key.id, sealedKey, next.id)
      }
      await this.#store.replaceCanary(tx, sealCanary(next))
      await also(tx)
    })
    this.#root = next
    await this.reload()
  }

  /** Makes sure that the vault's key and the key for derived ones exist. */
  async completeKeys(): Promise<void> {
    await this.reload()
    if (firstPurposes.every((purpose) => this.#find(purpose) !== undefined)) return
    await this.#store.transaction(async (tx) => {
      await this.#store.lockCanary(tx)
      const present = await this.#store.list(tx)
      const missing = firstPurposes.filter((purpose) => !present.some((key) => key.purpose === purpose))
      for (const purpose of missing) await this.createDataKey(tx, purpose, null)
    })
    await this.reload()
  }

  async #readAll(): Promise<void> {
    const before = [...this.#keys.keys()]
    const stored = await this.#store.list()
    const present = new Set(stored.map(({ id }) => id))
    // Keys confirmed while the list was read may be younger than it.
    for (const id of before) if (!present.has(id)) this.#keys.delete(id)
    for (const key of stored) await this.#hold(key)
    for (const { id, createdAtMs } of this.#made.values()) {
      if (createdAtMs < this.#now() - madeForMs) this.#made.delete(id)
    }
  }

  #inMemory(keyId: string): HeldKey | undefined {
    return this.#keys.get(keyId) ?? this.#made.get(keyId)
  }

  #held(keyId: string): HeldKey {
    const held = this.#inMemory(keyId)
    if (held === undefined) throw new Failure('data_key_missing', { detail: { keyId } })
    return held
  }

  #find(purpose: string) {
    return [...this.#keys.values()]
      .filter((key) => key.purpose === purpose && key.retiredAtMs === null)
      .toSorted((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1))[0]
  }

  #current(purpose: string) {
    const key = this.#find(purpose)
    if (key === undefined) throw new Failure('data_key_missing', { detail: { keyId: purpose } })
    return key
  }

  async #hold(stored: StoredDataKey): Promise<void> {
    const held = this.#inMemory(stored.id)
    const bytes =
      held?.bytes ?? openBytes((await this.#rootFor(stored.rootKeyId)).bytes, stored.sealedKey, placeOf(stored.id))
    this.#made.delete(stored.id)
    this.#keys.set(stored.id, { ...stored, bytes, key: held?.key ?? createSecretKey(bytes) })
  }

  async #rootFor(rootKeyId: string): Promise<RootKey> {
    if (rootKeyId === this.#root.id) return this.#root
    const key = (await this.#provider.load()).find(({ id }) => id === rootKeyId)
    if (key === undefined) throw new Failure('root_key_rotated')
    return key
  }

  async #followRotation(canary: StoredCanary | null): Promise<void> {
    if (canary === null || canary.rootKeyId === this.#root.id) return
    this.#root = await this.#rootFor(canary.rootKeyId)
  }
}

/** The same for a root key in hand, before any database is open. */
export function rootDerivedKey(root: RootKey, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', root.bytes, '', `watchword root ${label}`, 32))
}

/**
 * Opens the keys of a database: loads the root key, proves it on the canary, opens every data key.
 *
 * On an empty database it writes the canary and the first keys; with a wrong root key it writes nothing.
 *
 * @param now - Unix milliseconds
 * @throws {@link Failure} `root_key_wrong` and the provider's own
 */
export async function openKeyRing<Tx>(
  provider: RootKeyProvider,
  store: DataKeyStore<Tx>,
  now: () => number,
): Promise<KeyRing<Tx>> {
  const rootKeys = await provider.load()
  const root = await provenRootKey(rootKeys, provider, store, now)
  const keyRing = new KeyRing(store, provider, root, now)
  await keyRing.completeKeys()
  // A key we cannot open now is asked for again by name when it is needed, and fails there with a sentence.
  store.onChange((keyId) => {
    if (keyId !== undefined) keyRing.confirm(keyId)
    void keyRing.reload().catch(() => {})
  })
  return keyRing
}

async function provenRootKey<Tx>(
  rootKeys: readonly RootKey[],
  provider: RootKeyProvider,
  store: DataKeyStore<Tx>,
  now: () => number,
): Promise<RootKey> {
  const canary = (await store.findCanary()) ?? (await plantCanary(rootKeys, store, now))
  const root = rootKeys.find(({ id }) => id === canary?.rootKeyId)
  if (root === undefined || canary === null || !opensCanary(root, canary)) {
    throw new Failure('root_key_wrong', { detail: { place: provider.place } })
  }
  return root
}

// Only an empty database gets a canary: where keys are and no canary is, somebody removed it.
async function plantCanary<Tx>(
  [root]: readonly RootKey[],
  store: DataKeyStore<Tx>,
  now: () => number,
): Promise<StoredCanary | null> {
  if (root === undefined || (await store.list()).length > 0) return null
  await store.transaction((tx) => store.plantCanary(tx, sealCanary(root), now()))
  return store.findCanary()
}

function sealCanary(root: RootKey): StoredCanary {
  return { rootKeyId: root.id, sealed: sealBytes(root.bytes, root.id, Buffer.from(canaryText), canaryPlace) }
}

function opensCanary(root: RootKey, canary: StoredCanary): boolean {
  try {
    return Buffer.from(openBytes(root.bytes, canary.sealed, canaryPlace)).toString() === canaryText
  } catch {
    return false
  }
}

function placeOf(dataKeyId: string): Place {
  return { table: 'data_key', column: 'sealed_key', row: dataKeyId }
}
