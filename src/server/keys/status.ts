import { countByKey } from './reseal.ts'
import { isUnfinished, type RotationCore } from './rotation.ts'

/** How the keys of a database stand. */
export interface KeyStatus {
  readonly rootKeyId: string
  readonly dataKeys: readonly DataKeyStatus[]
  readonly isRotationUnfinished: boolean
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
export async function readKeyStatus(core: RotationCore): Promise<KeyStatus> {
  const counts = await countByKey({ storage: core.storage, keyRing: core.keyRing })
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
    isRotationUnfinished: await isUnfinished(core),
  }
}
