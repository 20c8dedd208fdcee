/** Files of other authenticators that cannot be taken over. */
export const importFailures = {
  import_format_unknown:
    'No known authenticator writes such a file. Export again, best as plain JSON or as a list of otpauth URIs.',
  import_password_needed: 'This {app} file is encrypted. Give the password it was exported with.',
  import_password_wrong: 'The password does not open this {app} file. Nothing was imported; try again.',
  import_file_damaged: 'This {app} file is cut off or altered: {reason}. Export it again.',
  import_version_unknown:
    'This {app} file has version {version}, and up to {newest} is known. Update Watchword or export in an older version.',
  import_not_possible: 'This {app} file cannot be imported: {reason}.',
  import_needs_gpg: 'This file is encrypted with OpenPGP. Open it with "gpg --decrypt FILE" and import the result.',
  import_file_too_large: 'The file is larger than {max} MB. Export fewer accounts, or only the one-time passwords.',
  import_too_many_entries: 'The file has more than {max} entries. Split it.',
  import_nested_too_deep: 'The file is nested deeper than {max} levels, which no authenticator writes.',
  import_unpacks_too_large: 'The file unpacks to more than {max} MB or {files} files, which no authenticator writes.',
  import_key_too_costly:
    'Opening this {app} file takes more than any authenticator asks for: {what}. Export it again with the usual settings.',
  import_key_for_agent:
    'Opening this {app} file needs more than is allowed here: {what}. Import it with the agent on your own computer.',
  import_type_unsupported: '{type} accounts are not supported: their codes need more than a secret.',
  import_qr_of_other_kind: 'This QR code holds {what}, not a one-time password.',
  import_secret_missing: 'The entry has no secret.',
  import_entry_damaged: 'The entry is damaged.',
  import_key_missing: 'The entry cannot be taken: it holds no key.',
  import_other_epoch: 'The entry cannot be taken: it counts time from another start than 1970.',
  import_codes_not_decimal: 'The entry cannot be taken: its codes are not decimal digits.',
  import_check_digit: 'The entry cannot be taken: its codes end in a check digit.',
  import_counter_left_out: 'The entry cannot be taken: privacyIDEA leaves the counter out here. Export as PSKC.',
  import_secret_odd: 'The entry cannot be taken: its secret has an odd number of hexadecimal digits.',
  import_secret_not_hexadecimal: 'The entry cannot be taken: its secret is not hexadecimal.',
  import_secret_not_base64: 'The entry cannot be taken: its secret is not Base64.',
  import_entry_too_large:
    'The entry cannot be taken: its secret, its names or its note are longer than any authenticator writes.',
  import_secret_unopened: 'The entry cannot be taken: the password does not open its secret.',
  import_algorithm_unlikely:
    'The entry cannot be taken: the length of its secret speaks for SHA224 or SHA384, which are not supported.',
} as const
