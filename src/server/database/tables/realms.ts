/** Realms, their subjects, and what enrols and judges these. */
export interface RealmTables {
  realm: RealmTable
  subject: SubjectTable
  subject_state: SubjectStateTable
  subject_source: SubjectSourceTable
  enrolment_link: EnrolmentLinkTable
  verdict_memo: VerdictMemoTable
  import_job: ImportJobTable
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
