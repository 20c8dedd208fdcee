import type { Failure, FailureDetail } from './failure.ts'

/** Sentences about what worked all the same, or about one row of many: what is odd, what to mind. */
const remarks = {
  secret_short: 'The secret is shorter than 128 bits.',
  counter_missing: 'The counter was missing: counting starts at 0.',
  uri_parameter_twice: 'The parameter {name} stands there twice: the first one counts.',
  uri_ampersand_missing: 'An & was missing between two parameters and was put back.',
  uri_issuer_differs:
    'The label says "{prefix}" and the parameter "{issuer}": the parameter is the issuer, the other a tag.',
  secret_stored_as: 'The same secret is stored as {label}.',
  secret_stored_elsewhere: 'The same secret is stored in an account you may not see.',
  aws_device_left: 'The old device {device} is still there: {reason} Remove it in the IAM console.',

  import_policy_from: 'Its policy allows it from {date} on.',
  import_policy_until: 'Its policy allows it until {date}.',
  import_policy_pin: 'Its PIN policy is not taken over.',
  import_clock_drift: 'The file notes a drift of its clock, which is not taken over.',
  import_read_as_base32: 'The secret is read as Base32, because it is not hexadecimal.',
  import_algorithm_guessed:
    '{algorithm} is guessed from the length of the secret: compare one code before you rely on it.',
  import_signature_unchecked: 'The signature of the file was not checked.',
  import_values_unchecked: 'The file has no check of its values: compare one code of each account.',
  import_column_missing: 'The table has no column with one-time passwords: the program that wrote it left them out.',
  import_serial_twice: 'The serial number {serial} stands there more than once: all of them are kept.',
  import_transfer_incomplete: 'Transfer {batch} has {present} of {size} codes: {missing} missing. Scan the rest too.',
  import_period_unknown: 'Google Authenticator exports no periods: all accounts are taken to change every 30 seconds.',
  import_counter_shown:
    'cotp stores the counter it showed last, which may be used already: the next code may be refused once.',
  import_note_left: 'Its note of {letters} characters is too long and was left out.',
  import_archived: 'It is archived there.',
  import_pictures_left: 'Pictures of accounts are not taken along.',
  import_favourites_left: 'Which accounts are favourites there is not taken along.',

  sign_on_unreachable: 'The provider at {issuer} could not be asked about itself: {reason}.',
  sign_on_no_authorization: 'The provider names no authorization endpoint.',
  sign_on_no_tokens: 'The provider names no token endpoint.',
  sign_on_no_key_address: 'The provider names no keys (jwks_uri).',
  sign_on_no_code_flow: 'The provider does not offer the code flow.',
  sign_on_scope_unknown: 'The provider does not know the scope {scope}.',
  sign_on_no_keys: 'The provider publishes no keys.',
  sign_on_keys_unreachable: 'The keys of the provider could not be fetched: {reason}.',
  sign_on_client_unknown: 'The provider does not accept the client id with this client secret.',
  sign_on_client_not_allowed: 'The provider does not let this client use the code flow.',
  sign_on_tokens_odd: 'The token endpoint did not answer as expected: {reason}.',
  redirect_not_https:
    'The redirect address {address} is not https; set WATCHWORD_PUBLIC_URL to the address people use.',
  redirect_elsewhere:
    'The redirect address {address} is not on {host}, by which this request came: a login that begins there ends on another host and is refused. Use one host, and set WATCHWORD_PUBLIC_URL to it.',
  redirect_follows:
    'The redirect URI follows the host of each request, here {address}; set WATCHWORD_PUBLIC_URL to the address people use and register that at the provider.',
  redirect_unused: 'Sign-on is not set up. Its redirect URI would be {address}.',
  redirect_fits: 'Register {address} at the provider.',

  listens: 'Listens on {address}.',
  listens_in_clear: 'Plain HTTP is allowed beyond this machine: passphrases and codes travel in the clear. Use TLS.',
  listens_behind_proxy:
    'Listens on {host} without TLS of its own; a proxy in front must bring it, or nobody can log in.',
  public_url_missing:
    'WATCHWORD_PUBLIC_URL is not set: redirects and links follow each request. Set it once people log in through a proxy.',
  public_url_in_clear: '{address} is plain HTTP; use https.',
  public_url_fits: 'Links and redirects use {address}.',
  proxies_trusted: 'Forwarded headers count from {addresses}.',
  proxies_none:
    'WATCHWORD_TRUSTED_PROXIES is empty: forwarded headers are ignored, and behind a proxy every visitor has its address.',
  gate_cookie_safe: 'The gate cookie travels over HTTPS only.',
  gate_cookie_in_clear:
    'WATCHWORD_GATE_COOKIE_SECURE=false: whoever listens can take over a gate session. Use it for trials only.',
  root_key_outside: 'The root key comes from outside the data directory.',
  root_key_apart: 'The root key lies in {path}, apart from the database.',
  root_key_beside:
    'Root key and database share {folder}: whoever copies the folder can open every secret. Set WATCHWORD_ROOT_KEY_FILE elsewhere, and back the key up apart.',
  root_key_opens: 'It opens this database ({key}).',
  folder_missing: '{folder} is not there. `watchword init` makes it.',
  folder_open: '{folder} can be read by others on this machine. chmod 700 mends it.',
  folder_ours: '{folder} is ours alone.',
  clock_alone: 'This server says {time}. Compare with a clock you trust.',
  clock_agrees: 'Server and database agree on the time.',
  clock_apart: 'Server and database are {seconds} s apart: right codes will be refused. Synchronise both with NTP.',
  sqlite_answers: 'SQLite answers.',
  postgres_answers: 'PostgreSQL answers.',
  schema_fits: 'The schema is {found}, as this program writes it.',
  schema_old:
    'The schema is {found}; this program knows {known}. Write a backup, then start the server: it upgrades the store. Until then commands of this version refuse to change it.',
  store_moved_on:
    'This store moved to another database on {day} and is closed. Name that database, and keep this one as a copy only.',
  audit_whole: 'The chain of {events} events is whole.',
  audit_broken: 'The chain is broken: {problem}',
  sealed_known: 'Every one names a key that is in this database.',
  sealed_unknown:
    '{values} cannot be opened: the keys they name ({keys}) are not in this database. Restore them from a backup, or enrol and add them anew.',
  space_enough: '{free} MiB are free below {folder}.',
  space_little: '{free} MiB are free below {folder}. Make room: a full disk refuses every write, and the audit grows.',

  notice_refused: 'The receiver answered {status}.',
  notice_too_late: 'The receiver did not answer in time.',
  notice_unreachable: 'The connection to the receiver failed ({code}).',
  notice_webhook_gone: 'The webhook was removed.',
  notice_mail_off: 'No mail server is configured: set WATCHWORD_SMTP_URL.',
  notice_mail_refused: 'The mail server answered {status}.',
  notice_mail_login: 'The mail server did not accept the login of WATCHWORD_SMTP_URL.',
  notice_not_sent: 'It could not be sent: {reason}.',

  field_missing: 'The field {field} is missing.',
  field_unknown: 'The request has a field that is not known here.',
  field_not_text: 'The field {field} must be text.',
  field_not_number: 'The field {field} must be a number.',
  field_not_whole: 'The field {field} must be a whole number.',
  field_not_truth: 'The field {field} must be true or false.',
  field_not_list: 'The field {field} must be a list.',
  field_not_object: 'The field {field} must be an object.',
  field_empty: 'The field {field} must not be empty.',
  field_too_short: 'The field {field} must have at least {limit} characters.',
  field_too_long: 'The field {field} must have at most {limit} characters.',
  field_too_small: 'The field {field} must be at least {limit}.',
  field_too_large: 'The field {field} must be at most {limit}.',
  field_too_few: 'The field {field} must have at least {limit} entries.',
  field_too_many: 'The field {field} must have at most {limit} entries.',
  field_not_one_of: 'The field {field} must be one of these: {words}.',
  field_unstorable: 'The field {field} holds a NUL or half a character.',
  field_misfit: 'The field {field} does not fit the documented shape.',
  body_misfit: 'The body does not fit the documented shape.',

  bulk_secret_short: 'its secret is shorter than 128 bits',
  bulk_enabled_unreadable: 'the column enabled takes yes or no',
  bulk_not_timed: 'realms judge time-based codes only',
  bulk_digits: 'codes of a realm have 6 to 8 digits',
  bulk_period: 'periods of a realm are 15 to 120 seconds',
  bulk_name_formula: 'the name begins like a formula',
  bulk_row_unreadable: 'the row cannot be read',
} as const

/** The name of a sentence, by which every language has its own. */
export type RemarkCode = keyof typeof remarks

/** Every {@link RemarkCode}. */
export const remarkCodes = Object.keys(remarks) as readonly RemarkCode[]

/** A sentence with its name: programs and other languages go by the code, `message` is English. */
export interface Remark {
  /** A {@link RemarkCode}, or the code of the failure it tells. */
  readonly code: string
  readonly message: string
  /** What stands in the sentence's placeholders. */
  readonly values?: FailureDetail
}

/** The remark of a code. Never a secret, a code or a token in `values`. */
export function remark(code: RemarkCode, values: FailureDetail = {}): Remark {
  const message = remarks[code].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
  return { code, message, values }
}

/** What a failure says, as a remark on one entry of many. */
export function remarkOf({ code, message, detail }: Failure): Remark {
  return { code, message, values: detail }
}
