import type { Endpoint } from '../../api/endpoint.ts'
import { catalogue, type FailureCode } from '../../errors/catalogue.ts'
import { statusOfCode } from './problem.ts'

/** What the names in a path are refused with when there is nothing of that name. */
const unknownRefs: Readonly<Record<string, FailureCode>> = {
  account: 'account_not_found',
  batch: 'candidate_batch_unknown',
  grant: 'grant_not_found',
  group: 'group_not_found',
  job: 'bulk_job_not_found',
  notice: 'notice_not_found',
  passkey: 'passkey_not_found',
  person: 'person_not_found',
  realm: 'realm_not_found',
  session: 'session_not_found',
  subject: 'subject_not_found',
  token: 'token_not_found',
  userCode: 'device_code_unknown',
  webhook: 'webhook_not_found',
}

const secretRules: readonly FailureCode[] = [
  'account_secret_missing',
  'otp_secret_not_base32',
  'otp_secret_empty',
  'otp_digits_out_of_range',
  'otp_period_out_of_range',
  'otp_counter_out_of_range',
  'otp_algorithm_unknown',
  'otp_uri_unreadable',
]
const textRules: readonly FailureCode[] = [
  'account_label_missing',
  'account_text_unprintable',
  'account_url_not_http',
  'account_demand_unused',
]
const grantRules: readonly FailureCode[] = ['grant_grantee_unknown', 'grant_expiry_past', 'grant_names_spent']
const awsRules: readonly FailureCode[] = ['aws_refused', 'aws_throttled', 'aws_network', 'aws_answer_unreadable']
const stepUpRules: readonly FailureCode[] = [
  'reveal_step_up_recent',
  'reveal_step_up_passkey',
  'reveal_step_up_sign_on',
]
const passphraseLogin: readonly FailureCode[] = ['login_refused', 'login_slowed', 'passphrases_busy']
const fileRules: readonly FailureCode[] = [
  'candidate_content_missing',
  'import_format_unknown',
  'import_password_needed',
  'import_password_wrong',
  'import_file_damaged',
  'import_version_unknown',
  'import_not_possible',
  'import_needs_gpg',
  'import_file_too_large',
  'import_too_many_entries',
  'import_nested_too_deep',
  'import_unpacks_too_large',
  'import_key_too_costly',
  'import_key_for_agent',
  'qr_not_an_image',
  'qr_image_too_large',
  'qr_file_too_large',
  'qr_image_damaged',
  'qr_reader_busy',
  'qr_reader_too_slow',
  'qr_reader_failed',
]

/** What an endpoint refuses beside what follows from its shape. */
const own: Readonly<Record<string, readonly FailureCode[]>> = {
  activateOidc: ['sign_on_no_draft', 'sign_on_from_environment', 'sign_on_settings_invalid'],
  addCandidates: [...grantRules, 'account_text_unprintable'],
  addMember: ['group_built_in', 'last_administrator'],
  addPasskey: ['reproof_needed', 'passkey_refused', 'ticket_invalid', 'person_not_local', 'person_not_found'],
  beginCode: ['reproof_needed', 'person_not_local', 'person_not_found'],
  beginSignOn: ['sign_on_off', 'sign_on_busy'],
  bulkEnrol: [
    'bulk_file_unreadable',
    'bulk_file_too_large',
    'import_format_unknown',
    'import_file_damaged',
    'import_password_needed',
    'import_password_wrong',
    'import_key_too_costly',
    'import_key_for_agent',
  ],
  cancelEnrolment: ['enrolment_not_pending'],
  changePassphrase: ['passphrase_weak', 'reproof_refused', 'person_not_local', 'passphrases_busy'],
  confirmCode: ['reproof_needed', 'person_not_local', 'enrolment_not_pending'],
  confirmEnrolment: ['enrolment_not_pending'],
  confirmEnrolmentLink: ['enrolment_link_unusable'],
  createAccount: [
    ...secretRules,
    ...textRules,
    ...grantRules,
    'account_duplicate',
    'totpshare_key_taken',
    'intake_loader_reads',
  ],
  createGrant: grantRules,
  createGroup: ['group_name_taken', 'username_invalid'],
  createPerson: ['username_taken', 'username_invalid'],
  createRealm: ['realm_name_taken', 'realm_name_invalid'],
  createSubject: ['subject_name_taken', 'subject_name_invalid', 'subject_email_invalid'],
  createToken: [
    'scope_unknown',
    'scope_beyond_rights',
    'token_expiry_past',
    'token_gate_incomplete',
    'token_owner_needed',
    'gate_limit_unreadable',
    'realm_not_found',
  ],
  createWebhook: ['webhook_address_invalid', 'webhook_event_unknown'],
  deleteAccount: ['account_deleted'],
  deleteGroup: ['group_built_in', 'last_administrator'],
  deletePasskey: ['reproof_needed', 'person_not_local'],
  deletePerson: ['last_administrator'],
  deviceConfirm: ['reproof_needed'],
  devicePoll: ['device_code_unknown'],
  deviceStart: ['device_too_many'],
  disableOidc: ['sign_on_from_environment'],
  draftOidc: ['sign_on_settings_invalid', 'sign_on_from_environment'],
  endSessions: ['person_not_found'],
  enrolAwsMfa: [
    ...textRules,
    ...grantRules,
    ...awsRules,
    'aws_mfa_root',
    'aws_mfa_enrol_failed',
    'account_duplicate',
    'totpshare_key_taken',
  ],
  enrolmentQrPng: ['enrolment_not_shown', 'enrolment_not_pending', 'qr_text_too_long', 'qr_colours_too_close'],
  enrolmentQrSvg: ['enrolment_not_shown', 'enrolment_not_pending', 'qr_text_too_long', 'qr_colours_too_close'],
  listAudit: ['audit_cursor_invalid'],
  listAwsMfa: [...awsRules, 'aws_mfa_root'],
  listReveals: ['audit_cursor_invalid'],
  login: passphraseLogin,
  loginPasskey: ['login_refused', 'login_slowed', 'passkey_refused', 'ticket_invalid'],
  loginPasskeyOptions: passphraseLogin,
  newRecoveryCodes: ['reproof_needed', 'person_not_local'],
  noteIntake: [
    'intake_not_begun',
    'intake_step_order',
    'intake_rotated_by_missing',
    'intake_same_person',
    'intake_not_checked',
  ],
  openEnrolmentLink: ['enrolment_link_unusable'],
  passkeyOptions: ['reproof_needed', 'person_not_local'],
  readEnrolment: ['enrolment_not_shown', 'enrolment_not_pending'],
  readImage: fileRules,
  readSetupLink: ['setup_link_invalid', 'setup_done'],
  registerCodes: [
    'account_counter_based',
    'reveal_not_custodian',
    'reveal_lease_held',
    'account_deleted',
    ...stepUpRules,
  ],
  removeMember: ['group_built_in', 'last_administrator'],
  replaceSecret: [
    ...secretRules,
    'account_proof_wrong',
    'account_duplicate',
    'account_deleted',
    'account_rotation_running',
  ],
  reproof: ['reproof_refused', 'person_not_local', 'passphrases_busy'],
  resetPerson: ['person_not_local', 'last_administrator'],
  restoreAccount: ['account_not_deleted', 'account_undo_over', 'totpshare_key_taken'],
  retryNotice: ['notice_arrived'],
  revealCode: [
    'reveal_not_granted',
    'reveal_lease_held',
    'reveal_key_missing',
    'account_deleted',
    'account_counter_based',
    'account_no_previous_secret',
    ...stepUpRules,
  ],
  rotateAwsMfa: [
    ...awsRules,
    'aws_mfa_root',
    'aws_mfa_device_unknown',
    'aws_mfa_enrol_failed',
    'aws_mfa_not_removed',
    'account_rotation_running',
  ],
  setupBegin: [
    'setup_link_invalid',
    'setup_done',
    'passphrase_weak',
    'username_invalid',
    'username_taken',
    'passphrases_busy',
  ],
  setupFinish: ['ticket_invalid', 'code_refused', 'setup_done', 'setup_link_invalid', 'username_taken'],
  stepUp: ['ticket_invalid', 'passkey_refused'],
  stepUpOptions: ['passkey_not_found'],
  testOidc: ['sign_on_no_draft', 'sign_on_from_environment'],
  undoReplaceSecret: ['account_no_previous_secret', 'account_deleted', 'account_duplicate'],
  updateAccount: [...textRules, 'account_deleted', 'totpshare_key_taken'],
  updateGroup: ['group_built_in', 'group_name_taken', 'username_invalid', 'last_administrator'],
  updateMe: ['preference_unknown'],
  updatePerson: ['last_administrator'],
  updateRealm: ['realm_name_taken', 'realm_name_invalid'],
  updateSettings: ['qr_colours_too_close'],
  updateSubject: ['subject_name_taken', 'subject_name_invalid', 'subject_email_invalid'],
  updateToken: ['token_expiry_past', 'token_disabled_from_above'],
  verifyCode: ['idempotency_key_reused', 'verification_busy'],
}

/** Every failure an endpoint is known to answer, by status; the clients' own faults first. */
export function problemsOf(endpoint: Endpoint): [status: number, codes: FailureCode[]][] {
  const codes = new Set([...followingFrom(endpoint), ...(own[endpoint.name] ?? [])])
  const byStatus = Map.groupBy(codes, statusOfCode)
  return [...byStatus].toSorted(([a], [b]) => a - b)
}

/** The codes of one status in sentences. */
export function problemText(codes: readonly FailureCode[]): string {
  return codes.map((code) => `\`${code}\`: ${catalogue[code]}`).join('\n\n')
}

/** Names of endpoints that have failures of their own here. */
export const namesWithProblems: readonly string[] = Object.keys(own)

function followingFrom({ method, right, isOpen, parts }: Endpoint): FailureCode[] {
  const { params, query, body } = parts
  const isChange = method !== 'GET'
  const isForAnybody = ['anyone', 'linkHolder', 'known'].includes(right)
  return [
    ...(params === undefined && query === undefined && body === undefined ? [] : (['bad_request'] as const)),
    ...(isChange ? (['json_unreadable'] as const) : []),
    ...(isOpen ? [] : (['login_needed'] as const)),
    'token_refused',
    ...(isForAnybody ? [] : (['forbidden'] as const)),
    ...(isChange ? (['csrf_refused'] as const) : []),
    ...Object.keys(params?.properties ?? {}).flatMap((name) => unknownRefs[name] ?? []),
    ...(isChange ? (['body_too_large', 'media_type_unsupported'] as const) : []),
    'server_stopping',
    'database_away',
    'database_busy',
  ]
}
