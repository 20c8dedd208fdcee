import type { Queryable, Storage, Tx } from './storage.ts'
import type { DataKeyTable } from './tables/system.ts'

const canaryId = 'canary'

/** The change that tells servers of new, retired and removed data keys. */
const dataKeyChange = 'data_key'

interface DataKey {
  readonly id: string
  readonly purpose: string
  readonly ownerId: string | null
  readonly sealedKey: Uint8Array
  readonly rootKeyId: string
  readonly createdAtMs: number
  readonly retiredAtMs: number | null
}

interface Canary {
  readonly rootKeyId: string
  readonly sealed: Uint8Array
}

/**
 * The tables of data keys and of the canary, as the key ring of `crypto` wants to see them (`DataKeyStore<Tx>`).
 *
 * It stands here and knows nothing of sealing: the key ring brings its own bytes.
 */
export function dataKeyStore(storage: Storage) {
  return {
    findCanary: () => findCanary(storage.db, false),
    lockCanary: (tx: Tx) => findCanary(tx, storage.engine === 'postgres'),
    plantCanary,
    replaceCanary,
    list: (tx?: Tx) => list(tx ?? storage.db),
    find: (id: string) => find(storage.db, id),
    insert: async (tx: Tx, key: DataKey) => {
      await tx.insertInto('data_key').values(rowOf(key)).execute()
      await storage.recordChange(tx, { kind: dataKeyChange, objectId: key.id })
    },
    reseal: async (tx: Tx, id: string, sealedKey: Uint8Array, rootKeyId: string) => {
      await tx
        .updateTable('data_key')
        .set({ sealed_key: sealedKey, root_key_id: rootKeyId })
        .where('id', '=', id)
        .execute()
    },
    retire: async (tx: Tx, id: string, nowMs: number) => {
      await tx.updateTable('data_key').set({ retired_at_ms: nowMs }).where('id', '=', id).execute()
      await storage.recordChange(tx, { kind: dataKeyChange, objectId: id })
    },
    remove: async (tx: Tx, id: string) => {
      await tx.deleteFrom('data_key').where('id', '=', id).execute()
      await storage.recordChange(tx, { kind: dataKeyChange, objectId: id })
    },
    onChange: (listener: (keyId?: string) => void) => {
      storage.changes.listen(({ kind, objectId }) => (kind === dataKeyChange ? listener(objectId) : undefined))
      storage.changes.onReset(() => listener())
    },
    transaction: <T>(work: (tx: Tx) => Promise<T>) => storage.transaction(work),
  }
}

async function findCanary(db: Queryable, isLocked: boolean): Promise<Canary | null> {
  const query = db.selectFrom('key_canary').selectAll().where('id', '=', canaryId)
  const row = await (isLocked ? query.forUpdate() : query).executeTakeFirst()
  return row === undefined ? null : { rootKeyId: row.root_key_id, sealed: row.sealed }
}

async function plantCanary(tx: Tx, { rootKeyId, sealed }: Canary, nowMs: number): Promise<void> {
  await tx
    .insertInto('key_canary')
    .values({ id: canaryId, root_key_id: rootKeyId, sealed, created_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function replaceCanary(tx: Tx, { rootKeyId, sealed }: Canary): Promise<void> {
  await tx.updateTable('key_canary').set({ root_key_id: rootKeyId, sealed }).where('id', '=', canaryId).execute()
}

async function list(db: Queryable): Promise<DataKey[]> {
  const rows = await db.selectFrom('data_key').selectAll().orderBy('created_at_ms').orderBy('id').execute()
  return rows.map(keyOf)
}

async function find(db: Queryable, id: string): Promise<DataKey | null> {
  const row = await db.selectFrom('data_key').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : keyOf(row)
}

function keyOf(row: DataKeyTable): DataKey {
  return {
    id: row.id,
    purpose: row.purpose,
    ownerId: row.owner_id,
    sealedKey: row.sealed_key,
    rootKeyId: row.root_key_id,
    createdAtMs: row.created_at_ms,
    retiredAtMs: row.retired_at_ms,
  }
}

function rowOf(key: DataKey): DataKeyTable {
  return {
    id: key.id,
    purpose: key.purpose,
    owner_id: key.ownerId,
    sealed_key: key.sealedKey,
    root_key_id: key.rootKeyId,
    created_at_ms: key.createdAtMs,
    retired_at_ms: key.retiredAtMs,
  }
}
