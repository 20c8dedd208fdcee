/** Realms, subjects and enrolment. */
export const realmFailures = {
  verification_busy: 'The subject is being verified elsewhere for too long. Nothing was decided; try again.',
  idempotency_key_reused:
    'This Idempotency-Key was used with another request a moment ago. Send each new request with a new key.',
  subject_unreadable:
    'The secret of this subject does not open. Enrol the subject anew; the log of the server says why.',
  realm_not_found: 'There is no such realm. Compare its name letter by letter; small and capital letters differ.',
  realm_name_taken: 'There is a realm of this name already, perhaps in other capitals. Choose another name.',
  realm_name_invalid:
    'A realm name has 1 to 128 letters, digits or . _ - @ + and blanks inside; it is not . or .. and not reserved. Choose another name.',
  subject_not_found: 'There is no such subject in this realm. Compare its name letter by letter.',
  subject_name_taken:
    'There is a subject of this name in the realm already, perhaps in other capitals. Choose another name.',
  subject_name_invalid:
    'A subject name has 1 to 128 characters, no slash, nothing invisible and no blanks at its ends; it is not . or .. either. Choose another name.',
  subject_email_invalid: 'The mail address is not valid. Write it like name@example.com.',
  enrolment_not_shown:
    'The secret is not shown any more. Enrol the subject anew; the present secret works until the new one is confirmed.',
  enrolment_not_pending: 'No secret of this subject waits for its first code.',
  enrolment_link_unusable: 'This link was used already or is too old. Ask for a new one.',
  bulk_job_not_found: 'There is no such bulk enrolment in this realm.',
  bulk_file_unreadable: 'The file cannot be read: {reason}.',
  bulk_file_too_large: 'The file has too many rows. Send at most {max} at once.',
  ungleichotp_admin_exists:
    'There is an entry in ungleich-admin already. Use it to make others, or repeat the command with --force.',
  ungleichotp_entry_taken: 'There is an entry {name} in {realm} already. Choose another name.',
  ungleichotp_entry_refused: 'The entry is refused. {reason} Choose another name or realm and repeat the command.',
  ungleichotp_table_missing:
    'No table of ungleichotp is in this database: one with the columns name, realm, seed and username. Compare the address.',
  tiny_mfa_key_invalid: 'This is not a key file of go-tiny-mfa: it holds 56 characters of Base32. Compare the path.',
  tiny_mfa_key_wrong:
    'No issuer of this database opens with this key file; nothing was written. Give the key file that belongs to it.',
  tiny_mfa_tables_missing:
    'No tables of go-tiny-mfa are in this database: issuer and accounts, in the schema public. Give its address with --from.',
  import_unreadable_keys:
    '{count} rows do not open with this key file; nothing was written. Compare the key file, or repeat with --skip-unreadable.',
  import_source_missing: 'Say where the old database is: --from postgres://user@host/name.',
} as const
