import type { Generated } from 'kysely'

/**
 * Every table, as both engines hold it.
 *
 * Times are Unix milliseconds, booleans are 0 or 1, ids are text, sealed and hashed things are bytes,
 * lists and objects are JSON text. Only `server/database` and each room's `store.ts` know these names.
 */
export interface Tables {
  data_key: DataKeyTable
  key_canary: KeyCanaryTable
  setting: SettingTable
  change: ChangeTable
  audit_chain: AuditChainTable
  audit_event: AuditEventTable
  audit_index: AuditIndexTable
  audit_checkpoint: AuditCheckpointTable
  outbox: OutboxTable
  webhook: WebhookTable
  realm: RealmTable
  subject: SubjectTable
  subject_state: SubjectStateTable
  subject_source: SubjectSourceTable
  enrolment_link: EnrolmentLinkTable
  verdict_memo: VerdictMemoTable
  person: PersonTable
  person_group: PersonGroupTable
  group: GroupTable
  passkey: PasskeyTable
  recovery_code: RecoveryCodeTable
  login_source: LoginSourceTable
  session: SessionTable
  access_token: AccessTokenTable
  device_grant: DeviceGrantTable
  one_time: OneTimeTable
  account: AccountTable
  account_grant: AccountGrantTable
  account_custody: AccountCustodyTable
  account_lease: AccountLeaseTable
  favourite: FavouriteTable
  import_job: ImportJobTable
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

/** Webhooks and mail leave from here; `state` is `waiting`, `sent` or `dead`. */
export interface OutboxTable {
  id: string
  kind: string
  target: string
  body: string
  state: string
  attempts: number
  next_at_ms: number
  last_error: string | null
  created_at_ms: number
  sent_at_ms: number | null
}

/** Where notices are posted to; `events` is a JSON list. The key that signs them is derived, not kept. */
export interface WebhookTable {
  id: string
  url: string
  events: string
  enabled: number
  created_at_ms: number
}

/**
 * A namespace of subjects with one policy. `replay` is `rising`, `once` or `reuse`; `readback` is
 * `pending` or `enrollers`; `lockout` is JSON or null to inherit; `origin` and `doors` name doors.
 */
export interface RealmTable {
  id: string
  name: string
  issuer_label: string
  contact: string
  algorithm: string
  digits: number
  period_seconds: number
  window_back: number
  window_forward: number
  replay: string
  readback: string
  lockout: string | null
  enabled: number
  origin: string
  doors: string
  data_key_id: string
  created_at_ms: number
  updated_at_ms: number
}

export interface SubjectTable {
  id: string
  realm_id: string
  name: string
  /** The name in lower case: native realms refuse a second name that differs in capitals only. */
  name_key: string
  number: number
  email: string
  enabled: number
  sealed_secret: Uint8Array | null
  algorithm: string | null
  digits: number | null
  period_seconds: number | null
  pending_secret: Uint8Array | null
  pending_until_ms: number | null
  pending_by: string | null
  enrolled_at_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

/**
 * The narrow hot row. `spent_steps` is a bitmap: bit n set means step `highest_step - n` was accepted
 * (RFC 4303 section 3.4.3). `drift_steps` is how far the subject's clock was found ahead (RFC 6238 section 6).
 * `unknown_*` is the budget all unknown sources share; `total_failures` counts those of known sources since the
 * last success of one. `main_source_*` is one known source, null when there is none; further ones have rows of
 * `subject_source`.
 */
export interface SubjectStateTable {
  subject_id: string
  highest_step: number
  spent_steps: number
  drift_steps: number
  secret_version: number
  unknown_failures: number
  unknown_step: number
  unknown_step_failures: number
  unknown_wait_until_ms: number
  total_failures: number
  lift_step: number
  last_verified_at_ms: number
  /** Hex: a text is read and compared for less than bytes are, and this one is with every verdict. */
  main_source_hash: string | null
  main_source_accepted_at_ms: number
  main_source_window_started_at_ms: number
  main_source_failures: number
}

/** A further known source of one subject: `source_hash` is a keyed hash of address, device or named source. */
export interface SubjectSourceTable {
  subject_id: string
  source_hash: Uint8Array
  accepted_at_ms: number
  window_started_at_ms: number
  failures: number
}

export interface EnrolmentLinkTable {
  id: string
  token_hash: Uint8Array
  subject_id: string
  expires_at_ms: number
  used_at_ms: number | null
  created_at_ms: number
}

/** The recorded verdict of an Idempotency-Key, kept for 60 seconds. */
export interface VerdictMemoTable {
  key_hash: Uint8Array
  subject_id: string
  body_hash: Uint8Array
  verdict: string
  at_ms: number
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
  role: string
  disabled: number
  passphrase_hash: string | null
  legacy_passphrase: string | null
  preferences: string
  last_seen_at_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

export interface GroupTable {
  id: string
  name: string
  source: string
  role: string
  may_add_accounts: number
  created_at_ms: number
}

/** Membership; `source` is `local` or `oidc` (rewritten at each login). */
export interface PersonGroupTable {
  person_id: string
  group_id: string
  source: string
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

/** A login. `kind` is `console` or `gate`; only the hash of the cookie is here. */
export interface SessionTable {
  id: string
  kind: string
  token_hash: Uint8Array
  person_id: string | null
  factors: string
  authenticated_at_ms: number
  created_at_ms: number
  last_seen_at_ms: number
  expires_at_ms: number
  idle_ms: number
  address: string
  user_agent: string
  oidc_session: string | null
  data: string
}

/** Opens the API. Belongs to a person or, as a service token, to nobody but its name. */
export interface AccessTokenTable {
  id: string
  name: string
  token_hash: Uint8Array | null
  legacy_bcrypt: string | null
  owner_kind: string
  person_id: string | null
  realm_id: string | null
  scopes: string
  gate_limits: string | null
  created_by: string
  created_at_ms: number
  expires_at_ms: number | null
  last_used_at_ms: number | null
  suspended: number
}

/** A command's sign-in waiting for a browser's confirmation. */
export interface DeviceGrantTable {
  id: string
  device_hash: Uint8Array
  user_code: string
  client_name: string
  address: string
  state: string
  person_id: string | null
  token_id: string | null
  created_at_ms: number
  expires_at_ms: number
}

/** Anything that may be used once: setup links, OIDC state, WebAuthn challenges, pending logins. */
export interface OneTimeTable {
  token_hash: Uint8Array
  kind: string
  data: string
  created_at_ms: number
  expires_at_ms: number
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

/** A bulk enrolment that survives a restart. */
export interface ImportJobTable {
  id: string
  kind: string
  realm_id: string | null
  state: string
  total: number
  done: number
  sealed_input: Uint8Array | null
  report: string
  created_by: string
  created_at_ms: number
  updated_at_ms: number
}
