/** Keys that are missing or wrong, and sealed things that do not open. */
export const cryptoFailures = {
  data_key_missing: 'The data key {keyId} is not in this database. Restore the backup that holds it.',
  passphrases_busy: 'Too many sign-ins wait at this moment. Wait a few seconds and try again.',
  root_key_not_made:
    'The root key {place} cannot be made ({reason}). Make its folder and let this user write there, or name another one with WATCHWORD_SECRETS_DIR or WATCHWORD_ROOT_KEY_FILE.',
  root_key_not_writable:
    'The root key {place} cannot be replaced by this program. Put the new key into a file, name it with --new-root-key-file, and give it to the servers afterwards.',
  root_key_command_failed:
    'The command that prints the root key failed ({reason}). Run it by hand and see that it prints one line.',
  root_key_missing: 'The root key {place} is not there. Put the file back, or restore it from where you keep it.',
  root_key_open_to_others:
    'The root key file {place} can be read by others than its owner. Run "chmod 600 {place}" and start again.',
  root_key_rotated:
    'The root key was rotated and this server does not have the new one. Give it the new key and start it again.',
  root_key_unreadable:
    'The root key {place} cannot be used: {reason}. It must be 32 random bytes in Base64; "openssl rand -base64 32" makes one.',
  root_key_wrong:
    'The root key {place} does not open this database. Nothing was changed; give it the key the database was made with.',
  sealed_unreadable:
    'A sealed value in {place} does not open: it was altered, moved from another row, or sealed by another key.',
} as const
