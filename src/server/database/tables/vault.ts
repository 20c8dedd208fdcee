/** Accounts, and who may do what with them. */
export interface VaultTables {
  account: AccountTable
  account_grant: AccountGrantTable
  account_custody: AccountCustodyTable
  account_lease: AccountLeaseTable
  favourite: FavouriteTable
}

/** A third party's TOTP whose codes we show. `type` is `totp`, `hotp` or `steam`. */
export interface AccountTable {
  id: string
  label: string
  identifier: string
  public_key: string
  issuer: string
  url: string
  tags: string
  note: string
  type: string
  algorithm: string
  digits: number
  period_seconds: number
  counter: number
  sealed_secret: Uint8Array
  secret_hash: Uint8Array
  previous_secret: Uint8Array | null
  previous_until_ms: number | null
  secret_version: number
  lease: string
  step_up: string
  sign_on_demand: string | null
  marked: number
  rotate_reason: string | null
  rotate_since_ms: number | null
  created_by: string
  created_at_ms: number
  updated_at_ms: number
  deleted_at_ms: number | null
}

/** Who may `reveal` or `manage`; `grantee_kind` is `person`, `group` or `everyone`. */
export interface AccountGrantTable {
  id: string
  account_id: string
  grantee_kind: string
  grantee_id: string
  right: string
  expires_at_ms: number | null
  granted_by: string
  created_at_ms: number
}

/** Who could ever have seen a secret; `how` is `uploaded`, `imported` or `server`. */
export interface AccountCustodyTable {
  id: string
  account_id: string
  secret_version: number
  person_id: string | null
  person_name: string
  how: string
  note: string
  at_ms: number
}

/** The step a reveal holds. */
export interface AccountLeaseTable {
  account_id: string
  step: number
  holder_id: string
  holder_name: string
  at_ms: number
}

export interface FavouriteTable {
  person_id: string
  account_id: string
}
