import type { Generated } from 'kysely'

/** What a server keeps of itself: keys, settings and the changes that others hear of. */
export interface SystemTables {
  data_key: DataKeyTable
  key_canary: KeyCanaryTable
  setting: SettingTable
  change: ChangeTable
}

/** A data key, sealed by the root key. `purpose` is `realm`, `vault` or `people`. */
export interface DataKeyTable {
  id: string
  purpose: string
  owner_id: string | null
  sealed_key: Uint8Array
  root_key_id: string
  created_at_ms: number
  retired_at_ms: number | null
}

/** One row sealed by the root key: with a wrong root key it does not open, and nothing starts. */
export interface KeyCanaryTable {
  id: string
  root_key_id: string
  sealed: Uint8Array
  created_at_ms: number
}

export interface SettingTable {
  key: string
  value: string
  updated_at_ms: number
}

/** What changed, for the other servers' caches. `kind` names a cache, `object_id` the entry. */
export interface ChangeTable {
  seq: Generated<number>
  kind: string
  object_id: string
  at_ms: number
}
