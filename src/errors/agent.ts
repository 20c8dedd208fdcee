/** The agent's store and commands. */
export const agentFailures = {
  agent_usage: '{reason}',
  agent_interrupted: 'Interrupted: nothing was changed.',
  agent_watch_ended: 'Stopped.',
  agent_terminal_missing: 'There is no terminal to ask for {question}. {instead}',
  agent_name_missing: 'Name the account, for example `watchword get github`. `watchword list` shows all names.',
  agent_name_wanted: 'This account brings no name along. Give it one, such as github.',
  agent_name_invalid:
    'An account name is 1 to 200 visible characters without line breaks, starts with no dash or blank, and has no . or .. between slashes.',
  agent_name_taken:
    'There is already an account named {name}. Choose another name; `watchword add --force` replaces it.',
  agent_new_name_taken:
    'There is already an account named {name}, and nothing was changed. Choose another name, or remove that account first (`watchword rm`).',
  agent_setting_idle:
    '{flag} does nothing for a {type} account, {shape}. Leave it out, or say with --type what the account is.',
  agent_name_ambiguous: '{name} fits several accounts: {candidates}. Type more of the name.',
  agent_account_too_large:
    'The note, tags and names of {name} are too long for the store: together they may have about 32,000 letters, of other scripts a sixth of that. Shorten them; nothing was changed.',
  agent_account_not_found: 'There is no account named {name}. `watchword list` shows all names.',
  agent_otp_not_found: 'OTP not found: there is no account named {name}.',
  agent_store_empty: 'There are no accounts yet. `watchword add NAME` stores the first one.',
  agent_store_missing:
    'There is no store at {path} yet. `watchword agent init` or the first `watchword add NAME` makes one.',
  agent_store_exists: 'There is already a store at {path}. `watchword recipients` changes who can read it.',
  agent_store_busy:
    'Another watchword process has been writing the store for {seconds} seconds. Try again when it has finished.',
  agent_store_changed:
    'The store {path} changed while this command ran, so nothing was written. Run the command again.',
  agent_store_damaged:
    'The store {path} is damaged ({reason}). Its last good version is {backup}; compare them before you copy it back.',
  agent_store_foreign: 'The file {path} is not a store of this program ({reason}).',
  agent_store_line_unreadable:
    'Line {line} of the store is not an otpauth URI this program can use. `gpg -d` shows the lines.',
  agent_store_unwritable:
    'The folder {path} cannot be written: {reason}. Nothing was changed. Make room or give yourself the right to it, or name another place.',
  agent_store_link_broken:
    'The store {path} is a link to {target}, which is not there. Connect the drive or folder it lies on, or remove the link.',
  agent_passphrase_wrong: 'Wrong passkey or unable to decrypt: the passphrase does not open the store {path}.',
  agent_passphrase_needed:
    'The store is locked and there is no terminal to ask on. Run `watchword unlock` first, or give --passphrase-file.',
  agent_unlock_unasked:
    'The store stays locked: there is no terminal to ask for its passphrase on. Run `watchword unlock` in one, or give --passphrase-file FILE.',
  agent_unlock_failed:
    'The passphrase is right, but no process could stay to keep the key in {folder}. That folder must be writable and its path shorter than 90 characters; set XDG_RUNTIME_DIR, or give --passphrase-file to each command.',
  agent_lock_silent:
    '{silent} process(es) that may hold the store open did not answer. End them (`pgrep -fa watchword`), then lock again.',
  agent_passphrase_mismatch: 'The two passphrases differ. Nothing was changed.',
  agent_passphrase_empty: 'An empty passphrase protects nothing. Nothing was changed.',
  agent_keyring_missing: 'No keyring took the passphrase. Keep it there yourself with `{command}`.',
  agent_key_missing: 'None of your GPG keys opens the store {path}: it is encrypted to {recipients}.',
  agent_gpg_missing:
    'The program gpg is missing. Install GnuPG, or keep the store under a passphrase with `watchword agent init --passphrase`.',
  agent_gpg_unusable:
    'The gpg that was started ({program}) does not work here: {reason}. GnuPG 2.1 or newer is needed; look at `gpg --version`. The store was not touched.',
  agent_gpg_failed: 'gpg could not {action}: {reason}.',
  agent_no_key: 'gpg has no key that can both encrypt and decrypt. `watchword agent init` makes one.',
  agent_no_key_left:
    'No key of yours can take the store: {keys}. Renew it with `gpg --quick-set-expire FINGERPRINT 2y` unless it is revoked; `watchword agent init` makes a new one.',
  agent_several_keys: 'gpg has several keys of yours: {keys}. Choose with `watchword agent init --gpgrecipient KEY`.',
  agent_recipient_not_found: 'gpg knows no key for {recipient}. Import it with `gpg --import`, then try again.',
  agent_recipient_ambiguous: 'gpg knows several keys for {recipient}. Give one full fingerprint: {fingerprints}.',
  agent_recipient_unusable:
    'The key {recipient} cannot receive the store: it is {reason}, so nothing was written. Renew it, or name another with `watchword recipients add KEY` and `watchword recipients remove KEY`.',
  agent_recipient_absent: 'The store is not encrypted to {recipient}. `watchword recipients` shows who can read it.',
  agent_no_recipients: 'The store is sealed under a passphrase and has no recipients.',
  agent_recipient_last: 'The last recipient cannot be removed: nobody could read the store any more.',
  agent_recipient_self:
    'None of these recipients is a key of yours, so you could not read the store any more. Keep one of your own.',
  agent_value_not_found: 'There is no stored value named {name}.',
  agent_settings_unreadable: 'The settings file {path} cannot be read: {reason}. Mend it, or move it away.',
  agent_options_unreadable:
    'The options must look like digits=6,digest=sha256,interval=30,name=alice,issuer=Example: {reason}.',
  agent_screen_unavailable:
    'No program here can take a picture of the screen. Install grim (Wayland) or maim (X11), or save the picture and give --qr FILE.',
  agent_clipboard_missing:
    'No clipboard takes the code here: that needs a desktop and wl-copy, xclip or xsel. --osc52 copies through the terminal.',
  agent_clipboard_terminal: 'There is no terminal to copy the code through. Leave out -c, and take it from the output.',
  agent_file_exists: 'The file {path} exists already. Choose another name, or delete it first.',
  agent_file_unreadable: 'The file {path} cannot be read: {reason}.',
  agent_file_unwritable: 'The file {path} cannot be written: {reason}.',
  agent_qr_empty: 'There is no QR code with an OTP account in {file}.',
  agent_export_in_clear:
    'This format cannot be encrypted here. Give --plain to write the secrets in clear, or export as aegis under a password.',
  agent_not_logged_in: 'You are not signed in at a server. Run `watchword login https://server` first.',
  agent_server_address:
    '{typed} is not the address of a server: it must start with https://, or http:// on this computer.',
  agent_login_refused: 'The sign-in was refused.',
  agent_login_expired: 'Nobody confirmed the code in time. Run `watchword login` again.',
  agent_team_codes_only: "{name} is in the team's vault, which gives codes and nothing else: `watchword get {name}`.",
  agent_next_too_early:
    'The vault gives the next code only in the last 10 seconds of the present one. Use --wait instead.',
  agent_import_partly: '{refused} of {total} entries could not be imported; the report above says why.',
} as const
