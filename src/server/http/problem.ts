import type { Problem } from '../../api/endpoint.ts'
import type { agentFailures } from '../../errors/agent.ts'
import type { awsFailures } from '../../errors/aws.ts'
import type { FailureCode } from '../../errors/catalogue.ts'
import type { clientFailures } from '../../errors/client.ts'
import { Failure } from '../../errors/failure.ts'
import { remarkOf } from '../../errors/remarks.ts'
import { InvalidInput } from './field-remarks.ts'

/** What the agent, the client library and the AWS commands say of themselves. */
type OutsideCode = keyof typeof agentFailures | keyof typeof awsFailures | keyof typeof clientFailures

/** What a server may meet: a new code without a status does not compile. Of the AWS failures only some reach it. */
type Statuses = Readonly<
  Record<Exclude<FailureCode, OutsideCode>, number> & Partial<Record<keyof typeof awsFailures, number>>
>

/** Said to whoever runs the server, on its terminal and in its log: a client is told nothing of it. */
const fault = 500

/** HTTP status of every failure that can reach a client, the only place that knows statuses. */
const statuses: Statuses = {
  bad_request: 400,
  request_head_too_large: 431,
  expectation_unknown: 417,
  request_too_slow: 408,
  json_unreadable: 400,
  not_found: 404,
  method_not_allowed: 405,
  body_too_large: 413,
  media_type_unsupported: 415,
  server_stopping: 503,
  database_away: 503,
  database_busy: 503,
  root_key_rotated: 503,
  root_key_not_made: 500,
  audit_cursor_invalid: 400,
  login_needed: 401,
  forbidden: 403,
  account_rotation_running: 409,
  aws_answer_unreadable: 502,
  aws_mfa_device_unknown: 404,
  aws_mfa_enrol_failed: 502,
  aws_mfa_not_removed: 502,
  aws_mfa_root: 422,
  aws_network: 502,
  aws_refused: 422,
  aws_throttled: 503,
  code_refused: 422,
  csrf_refused: 403,
  device_code_unknown: 404,
  device_too_many: 429,
  group_built_in: 409,
  group_name_taken: 409,
  group_not_found: 404,
  last_administrator: 409,
  login_refused: 401,
  login_slowed: 429,
  notice_arrived: 409,
  notice_not_found: 404,
  passkey_not_found: 404,
  passkey_refused: 403,
  passphrase_weak: 400,
  passphrases_busy: 503,
  person_not_found: 404,
  person_not_local: 409,
  preference_unknown: 400,
  reproof_needed: 403,
  reproof_refused: 403,
  scope_beyond_rights: 403,
  scope_unknown: 400,
  session_not_found: 404,
  setup_done: 409,
  setup_link_invalid: 410,
  sign_on_busy: 502,
  sign_on_from_environment: 409,
  sign_on_group_missing: 403,
  sign_on_no_draft: 409,
  sign_on_off: 404,
  sign_on_proof_weak: 403,
  sign_on_refused: 401,
  sign_on_settings_invalid: 400,
  ticket_invalid: 410,
  token_expiry_past: 400,
  gate_limit_unreadable: 400,
  token_gate_incomplete: 400,
  token_not_found: 404,
  token_owner_needed: 400,
  token_refused: 401,
  token_disabled_from_above: 403,
  username_invalid: 400,
  username_taken: 409,
  webhook_address_invalid: 400,
  webhook_event_unknown: 400,
  webhook_not_found: 404,
  verification_busy: 503,
  idempotency_key_reused: 422,
  realm_not_found: 404,
  realm_name_taken: 409,
  realm_name_invalid: 400,
  subject_not_found: 404,
  subject_name_taken: 409,
  subject_name_invalid: 400,
  subject_email_invalid: 400,
  enrolment_not_shown: 403,
  enrolment_not_pending: 404,
  enrolment_link_unusable: 410,
  bulk_job_not_found: 404,
  bulk_file_unreadable: 400,
  bulk_file_too_large: 413,
  otp_secret_not_base32: 400,
  otp_secret_empty: 400,
  otp_digits_out_of_range: 400,
  otp_period_out_of_range: 400,
  otp_counter_out_of_range: 400,
  otp_algorithm_unknown: 400,
  otp_uri_unreadable: 400,
  account_not_found: 404,
  account_secret_missing: 400,
  account_label_missing: 400,
  account_text_unprintable: 400,
  account_url_not_http: 400,
  account_duplicate: 409,
  account_deleted: 409,
  account_not_deleted: 409,
  account_undo_over: 409,
  account_no_previous_secret: 409,
  account_counter_based: 409,
  account_demand_unused: 400,
  account_proof_wrong: 422,
  reveal_not_granted: 403,
  reveal_not_custodian: 403,
  reveal_lease_held: 409,
  intake_loader_reads: 422,
  intake_not_begun: 404,
  intake_step_order: 409,
  intake_rotated_by_missing: 400,
  intake_same_person: 422,
  intake_not_checked: 409,
  reveal_key_missing: 400,
  reveal_step_up_recent: 403,
  reveal_step_up_passkey: 403,
  reveal_step_up_sign_on: 403,
  grant_not_found: 404,
  grant_grantee_unknown: 400,
  grant_names_spent: 429,
  grant_expiry_past: 400,
  totpshare_csrf_missing: 400,
  totpshare_field_missing: 400,
  totpshare_key_taken: 409,
  totpshare_secret_taken: 409,
  totpshare_counts: 400,
  totpshare_name_too_long: 400,
  totpshare_not_administrator: 403,
  ungleichotp_entry_taken: 500,
  ungleichotp_entry_refused: 500,
  tiny_mfa_tables_missing: 500,
  candidate_batch_unknown: 404,
  candidate_content_missing: 400,
  import_format_unknown: 415,
  import_password_needed: 422,
  import_password_wrong: 422,
  import_file_damaged: 400,
  import_version_unknown: 422,
  import_not_possible: 422,
  import_needs_gpg: 422,
  import_file_too_large: 413,
  import_too_many_entries: 413,
  import_nested_too_deep: 400,
  import_unpacks_too_large: 413,
  import_key_too_costly: 422,
  import_key_for_agent: 422,
  qr_not_an_image: 415,
  qr_image_too_large: 413,
  qr_file_too_large: 413,
  qr_image_damaged: 400,
  qr_reader_busy: 503,
  qr_reader_too_slow: 422,
  qr_reader_failed: 422,
  qr_text_too_long: 400,
  qr_size_too_small: 400,
  qr_size_too_large: 400,
  qr_colours_too_close: 400,
  audit_prune_broken: fault,
  audit_prune_future: fault,
  audit_export_exists: fault,
  audit_prune_unconfirmed: fault,
  database_empty: fault,
  database_older: fault,
  store_named_twice: fault,
  enabled_twice: fault,
  listener_unusable: fault,
  path_missing: fault,
  path_denied: fault,
  path_is_folder: fault,
  path_taken: fault,
  path_through_file: fault,
  path_unusable: fault,
  disk_read_only: fault,
  device_failed: fault,
  disk_full: fault,
  file_too_large: fault,
  files_too_many: fault,
  host_unknown: fault,
  backup_key_kept: fault,
  audit_export_unreadable: fault,
  audit_pruned_meanwhile: 503,
  audit_head_forged: fault,
  data_key_missing: fault,
  root_key_not_writable: fault,
  root_key_command_failed: fault,
  root_key_missing: fault,
  root_key_open_to_others: fault,
  root_key_unreadable: fault,
  root_key_wrong: fault,
  sealed_unreadable: fault,
  database_address_invalid: fault,
  database_damaged: fault,
  database_foreign: fault,
  database_missing: fault,
  data_dir_unusable: fault,
  database_newer: fault,
  database_too_old: fault,
  migration_blocked: fault,
  database_unreachable: fault,
  gate_rules_unreadable: fault,
  gate_url_unreadable: fault,
  gate_address_unreadable: fault,
  gate_secret_unreadable: fault,
  gate_visitor_taken: fault,
  gate_listen_invalid: fault,
  gate_too_slow: fault,
  gate_method_unreadable: fault,
  gate_unreachable: fault,
  gate_certificate: fault,
  gate_print_half_certificate: fault,
  gate_print_option: fault,
  gate_secret_short: fault,
  internal_error: fault,
  import_type_unsupported: fault,
  import_qr_of_other_kind: fault,
  import_secret_missing: fault,
  import_entry_damaged: fault,
  import_key_missing: fault,
  import_other_epoch: fault,
  import_codes_not_decimal: fault,
  import_check_digit: fault,
  import_counter_left_out: fault,
  import_secret_odd: fault,
  import_secret_not_hexadecimal: fault,
  import_secret_not_base64: fault,
  import_entry_too_large: fault,
  import_secret_unopened: fault,
  import_algorithm_unlikely: fault,
  config_invalid: fault,
  port_in_use: fault,
  address_unusable: fault,
  token_file_missing: fault,
  home_unknown: fault,
  file_unreadable: fault,
  backup_unreadable: fault,
  backup_key_missing: fault,
  interrupted: fault,
  backup_exists: fault,
  backup_newer: fault,
  restore_unfinished: fault,
  move_unfinished: fault,
  restore_not_empty: fault,
  store_moved: fault,
  migrate_same: fault,
  drill_failed: fault,
  migrate_differs: fault,
  subject_unreadable: fault,
  ungleichotp_admin_exists: fault,
  ungleichotp_table_missing: fault,
  tiny_mfa_key_invalid: fault,
  tiny_mfa_key_wrong: fault,
  import_unreadable_keys: fault,
  import_source_missing: fault,
  account_label_ambiguous: fault,
  grant_who_unreadable: fault,
  totpshare_folder_unreadable: fault,
  totpshare_key_wrong: fault,
}

/** A failure as a client hears it. */
export interface Answered {
  readonly status: number
  readonly problem: Problem
}

/** Turns anything thrown into RFC 9457 problem details; what is not a known failure tells nothing. */
export function toProblem(thrown: unknown): Answered {
  const failure = asFailure(thrown)
  const status = statusOfCode(failure.code)
  const told = status === fault ? new Failure('internal_error') : failure
  const { retryAfterMs, holder } = told.detail
  return {
    status,
    problem: {
      type: `urn:watchword:problem:${told.code}`,
      title: told.message,
      status,
      code: told.code,
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
      ...(typeof holder === 'string' ? { holder } : {}),
      ...errorsOf(told),
    },
  }
}

// The schema names every field it refuses, a rule of ours the one it is about: both are told alike.
function errorsOf(told: Failure): Pick<Problem, 'errors'> {
  if (told instanceof InvalidInput) return { errors: [...told.fields] }
  const { field } = told.detail
  return typeof field === 'string' ? { errors: [{ field, ...remarkOf(told) }] } : {}
}

/** The status a failure is answered with. What is said outside of servers and arrives here all the same is a fault. */
export function statusOfCode(code: FailureCode): number {
  const known: Partial<Record<FailureCode, number>> = statuses
  return known[code] ?? fault
}

// Fastify's own errors carry a statusCode; their texts may echo input, so ours replace them (T54).
function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown
  const status = statusOf(thrown)
  if (status === 413) return new Failure('body_too_large')
  if (status === 415) return new Failure('media_type_unsupported')
  if (status === 404) return new Failure('not_found')
  if (status !== null && status < 500) return new Failure('bad_request', { detail: { reason: 'it cannot be read' } })
  return new Failure('internal_error', { cause: thrown })
}

function statusOf(thrown: unknown): number | null {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return null
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : null
}
