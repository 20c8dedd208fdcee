import type { Generated } from 'kysely'

/** People, their groups, and what proves them. */
export interface PeopleTables {
  person: PersonTable
  person_group: PersonGroupTable
  group: GroupTable
  passkey: PasskeyTable
  recovery_code: RecoveryCodeTable
  login_source: LoginSourceTable
}

export interface PersonTable {
  id: string
  username: string
  username_key: string
  display_name: string
  email: string
  source: string
  oidc_issuer: string | null
  oidc_subject: string | null
  oidc_told_at_ms: Generated<number>
  role: string
  disabled: number
  passphrase_hash: string | null
  legacy_passphrase: string | null
  preferences: string
  last_seen_at_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

/** Membership; `source` is `local` or `oidc` (rewritten at each login). */
export interface PersonGroupTable {
  person_id: string
  group_id: string
  source: string
}

export interface GroupTable {
  id: string
  name: string
  source: string
  role: string
  may_add_accounts: number
  created_at_ms: number
}

export interface PasskeyTable {
  id: string
  person_id: string
  name: string
  credential_id: string
  public_key: Uint8Array
  sign_count: number
  transports: string
  created_at_ms: number
  last_used_at_ms: number | null
}

export interface RecoveryCodeTable {
  person_id: string
  code_hash: Uint8Array
  spent_at_ms: number | null
}

/**
 * Where a person logs in from, and the wrong passphrases that came from there. `source_hash` is a keyed hash of the
 * network, or of nothing for the budget that all unknown sources share; codes are counted apart, in `subject_state`.
 */
export interface LoginSourceTable {
  person_id: string
  source_hash: Uint8Array
  accepted_at_ms: number
  failures: number
  wait_until_ms: number
}
