/** Accounts, grants and reveals. */
export const vaultFailures = {
  account_not_found: 'There is no such account, or nobody granted it to you. Ask who manages it.',
  account_label_ambiguous: '{count} accounts have this label. Give the id, which "accounts list" shows.',
  account_secret_missing: 'The account has no secret. Give secretBase32 or an otpauth URI.',
  account_label_missing: 'The account has no name. Give a label.',
  account_text_unprintable: 'The field {field} holds control characters. Type it again without line breaks and tabs.',
  account_url_not_http: 'The address of an account begins with http:// or https://. Leave it empty if there is none.',
  account_duplicate:
    'This secret is already stored{where}. To store it a second time allow the duplicate: --allow-duplicate, or allowDuplicate in a request.',
  account_deleted: 'This account was deleted. Restore it first.',
  account_not_deleted: 'This account is not deleted.',
  account_undo_over: 'The time to undo this is over.',
  account_no_previous_secret: 'There is no earlier secret to go back to.',
  account_rotation_running: 'The device of this account is being replaced already. Try again in two minutes.',
  account_counter_based: 'This account counts instead of reading the clock. Use it through reveal, one code at a time.',
  account_demand_unused: 'A demand on the login at the provider needs the step-up sign-on. Send both, or leave it out.',
  account_proof_wrong:
    'The code does not belong to the new secret, so nothing was changed. Compare the secret with what the service showed, and the clock of the authenticator.',
  reveal_not_granted: 'You may not see codes of this account. Ask who manages it for the right to reveal.',
  reveal_not_custodian:
    'Only who may reveal this account, or who stored its present secret, can register it at the service.',
  reveal_lease_held: '{holder} has the code of this moment. The next free one comes in {seconds} s.',
  reveal_key_missing:
    'An account that counts gives one code per Idempotency-Key. Send that header, a new one for each code you need.',
  reveal_step_up_recent: 'This account asks who you are again. Confirm your passphrase and code, then try again.',
  reveal_step_up_passkey: 'This account asks for your passkey. Confirm with it, then try again.',
  reveal_step_up_sign_on:
    'This account asks for a fresh login at the sign-on provider. Confirm there in the console, then try again.',
  grant_who_unreadable: 'Write everyone, group:NAME or person:NAME.',
  grant_not_found: 'There is no such grant on this account.',
  grant_grantee_unknown: 'There is no such {kind}. Look at the list of people and groups.',
  grant_names_spent:
    'You granted to too many names that nobody has. Wait a while, or ask an administrator for the right name.',
  grant_expiry_past: 'The grant would end in the past. Choose a later time.',
  intake_loader_reads:
    'Whoever reads the root mailbox must not load the secret. Let somebody else load it, or record why it cannot be otherwise.',
  intake_not_begun: 'This account was not taken in as a root account, so it has no such record.',
  intake_step_order: 'This step is noted already, or another one comes first. Load the page again.',
  intake_rotated_by_missing: 'Say who changed the password.',
  intake_same_person: 'Whoever loaded the secret must not change the password. Let somebody else do it.',
  intake_not_checked:
    'Nobody but the loader was shown a code since the password was changed. Let the one who changed it log in with a code from here.',
  candidate_batch_unknown: 'This preview is over. Read the file or image again.',
  candidate_content_missing: 'There is nothing to read. Send contentBase64 or text.',
  totpshare_csrf_missing: 'The CSRF token is missing.',
  totpshare_field_missing: 'Fill in every field: identifier, name and TOTP key.',
  totpshare_key_taken: 'An account with this identifier and name is there already. Choose another name.',
  totpshare_secret_taken:
    'This secret is already stored{where}. Use that account, or add it in the console, which asks before it stores a secret twice.',
  totpshare_counts: 'This key counts (HOTP), and a page that polls would use it up. Add it in the console.',
  totpshare_name_too_long: 'Identifier and name together are longer than a key can be. Shorten them to 150 letters.',
  totpshare_not_administrator: 'Admins must be a member of the {group} group, has {groups}.',
  totpshare_key_wrong:
    'No file of the folder {folder} opens with this key; nothing was written. Give the key they were sealed with.',
  totpshare_folder_unreadable: 'The folder {folder} of totpshare cannot be read. Check the path and who may read it.',
} as const
