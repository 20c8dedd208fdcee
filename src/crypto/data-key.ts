/** A data key as it is stored, sealed by the root key. */
export interface StoredDataKey {
  readonly id: string
  /** `realm`, `vault`, `people`, or `derive` for the key other keys are derived from. */
  readonly purpose: string
  readonly ownerId: string | null
  readonly sealedKey: Uint8Array
  readonly rootKeyId: string
  readonly createdAtMs: number
  /** Set once a younger key took over; it still opens what it sealed. */
  readonly retiredAtMs: number | null
}

/** The canary: sealed by the root key, so that a wrong one is noticed before anything is written. */
export interface StoredCanary {
  readonly rootKeyId: string
  readonly sealed: Uint8Array
}

/**
 * Where the key ring keeps its keys; `server/database/data-keys.ts` does.
 *
 * @typeParam Tx - the transaction of the storage
 */
export interface DataKeyStore<Tx> {
  findCanary(): Promise<StoredCanary | null>
  /** The same under a row lock, so that making keys and moving to another root key follow each other. */
  lockCanary(tx: Tx): Promise<StoredCanary | null>
  /** Writes the first canary; one that is there stays. */
  plantCanary(tx: Tx, canary: StoredCanary, nowMs: number): Promise<void>
  replaceCanary(tx: Tx, canary: StoredCanary): Promise<void>
  list(tx?: Tx): Promise<StoredDataKey[]>
  find(id: string): Promise<StoredDataKey | null>
  insert(tx: Tx, key: StoredDataKey): Promise<void>
  /** Replaces the seal of a key, for a new root key. */
  reseal(tx: Tx, id: string, sealedKey: Uint8Array, rootKeyId: string): Promise<void>
  retire(tx: Tx, id: string, nowMs: number): Promise<void>
  remove(tx: Tx, id: string): Promise<void>
  /** Calls back when any process made, retired or removed a key, with its id; without one when some may have been missed. */
  onChange(listener: (keyId?: string) => void): void
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}
