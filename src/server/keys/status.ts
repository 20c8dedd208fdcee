import type { Core } from '../audit/core.ts'
import { countByKey, type Walk } from './reseal.ts'
import { isUnfinished, type RotationCore } from './rotation.ts'

/** How the keys of a database stand. */
export interface KeyStatus {
  readonly rootKeyId: string
  readonly dataKeys: readonly DataKeyStatus[]
  /** Keys that seal values and are not in this database: nothing opens those after a restart. */
  readonly unknownKeys: readonly UnknownKey[]
  readonly isRotationUnfinished: boolean
}

/** A key that sealed values name and nobody stored. */
export interface UnknownKey {
  readonly id: string
  readonly values: number
}

/** One data key and how much it seals. */
export interface DataKeyStatus {
  readonly id: string
  readonly purpose: string
  readonly ownerId: string | null
  readonly createdAtMs: number
  readonly retiredAtMs: number | null
  readonly values: number
}

/** Reads every sealed value's key id; it opens none of them. */
export async function readKeyStatus(core: RotationCore, onProgress?: Walk['onProgress']): Promise<KeyStatus> {
  const counts = await countByKey({ storage: core.storage, keyRing: core.keyRing, onProgress })
  const keys = await core.keyRing.dataKeys()
  return {
    rootKeyId: core.keyRing.rootKeyId,
    dataKeys: keys.map(({ id, purpose, ownerId, createdAtMs, retiredAtMs }) => ({
      id,
      purpose,
      ownerId,
      createdAtMs,
      retiredAtMs,
      values: counts.get(id) ?? 0,
    })),
    unknownKeys: unknownAmong(counts, keys),
    isRotationUnfinished: await isUnfinished(core),
  }
}

/** Keys that sealed values name and that this database does not have. */
export async function findUnknownKeys(
  core: Pick<Core, 'storage' | 'keyRing'>,
  onProgress?: Walk['onProgress'],
): Promise<UnknownKey[]> {
  const counts = await countByKey({ storage: core.storage, keyRing: core.keyRing, onProgress })
  return unknownAmong(counts, await core.keyRing.dataKeys())
}

function unknownAmong(counts: ReadonlyMap<string, number>, keys: readonly { readonly id: string }[]): UnknownKey[] {
  const known = new Set(keys.map(({ id }) => id))
  return [...counts].filter(([id]) => !known.has(id)).map(([id, values]) => ({ id, values }))
}
