/** The audit: chains, their events, the columns these are found by, and checkpoints. */
export interface AuditTables {
  audit_chain: AuditChainTable
  audit_event: AuditEventTable
  audit_index: AuditIndexTable
  audit_checkpoint: AuditCheckpointTable
}

/** The head of one audit chain: one on SQLite, one per server start on PostgreSQL. */
export interface AuditChainTable {
  id: string
  sequence: number
  hash: Uint8Array
  hmac: Uint8Array
  started_at_ms: number
  pruned_sequence: number
}

/** One link of a chain. `body` is the exact JSON text that was hashed. */
export interface AuditEventTable {
  chain_id: string
  sequence: number
  at_ms: number
  body: string
  hash: Uint8Array
}

/** Search columns of an event, written behind the hot transaction. */
export interface AuditIndexTable {
  chain_id: string
  sequence: number
  at_ms: number
  action: string
  actor_id: string
  object_kind: string
  object_id: string
  realm_id: string | null
  outcome: string
}

export interface AuditCheckpointTable {
  id: string
  chain_id: string
  sequence: number
  at_ms: number
  hash: Uint8Array
  public_key: Uint8Array
  signature: Uint8Array
}
