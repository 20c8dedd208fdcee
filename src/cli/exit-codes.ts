import { isFailure } from '../errors/failure.ts'
import type { FailureCode } from '../errors/catalogue.ts'

/** What a finished `watchword` process tells the script that started it. Documented in docs/guide/agent.md. */
export const exitCodes = {
  ok: 0,
  general: 1,
  usage: 2,
  notFound: 3,
  ambiguous: 4,
  locked: 5,
  gpgUnusable: 6,
  storeDamaged: 7,
  invalidInput: 8,
  partlyImported: 9,
  interrupted: 130,
} as const

/** One of the documented exit codes. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const exitCodeOfFailure: Partial<Record<FailureCode, ExitCode>> = {
  agent_usage: exitCodes.usage,
  agent_setting_idle: exitCodes.usage,
  client_token_or_seed: exitCodes.usage,
  agent_name_missing: exitCodes.usage,
  agent_name_wanted: exitCodes.usage,
  agent_terminal_missing: exitCodes.usage,
  agent_account_not_found: exitCodes.notFound,
  agent_otp_not_found: exitCodes.notFound,
  agent_store_missing: exitCodes.notFound,
  agent_store_link_broken: exitCodes.notFound,
  agent_team_codes_only: exitCodes.notFound,
  agent_store_empty: exitCodes.notFound,
  agent_value_not_found: exitCodes.notFound,
  agent_recipient_not_found: exitCodes.notFound,
  agent_recipient_absent: exitCodes.notFound,
  agent_name_ambiguous: exitCodes.ambiguous,
  agent_recipient_ambiguous: exitCodes.ambiguous,
  agent_passphrase_wrong: exitCodes.locked,
  agent_passphrase_needed: exitCodes.locked,
  agent_unlock_unasked: exitCodes.locked,
  agent_unlock_failed: exitCodes.locked,
  agent_key_missing: exitCodes.locked,
  agent_gpg_missing: exitCodes.gpgUnusable,
  agent_gpg_unusable: exitCodes.gpgUnusable,
  agent_gpg_failed: exitCodes.gpgUnusable,
  agent_recipient_unusable: exitCodes.gpgUnusable,
  agent_no_key: exitCodes.gpgUnusable,
  agent_no_key_left: exitCodes.gpgUnusable,
  agent_store_damaged: exitCodes.storeDamaged,
  agent_store_foreign: exitCodes.storeDamaged,
  agent_store_line_unreadable: exitCodes.storeDamaged,
  agent_name_invalid: exitCodes.invalidInput,
  agent_account_too_large: exitCodes.invalidInput,
  agent_options_unreadable: exitCodes.invalidInput,
  agent_qr_empty: exitCodes.invalidInput,
  agent_server_address: exitCodes.usage,
  agent_not_logged_in: exitCodes.locked,
  agent_login_refused: exitCodes.locked,
  agent_login_expired: exitCodes.locked,
  agent_file_unreadable: exitCodes.invalidInput,
  agent_import_partly: exitCodes.partlyImported,
  agent_watch_ended: exitCodes.interrupted,
  agent_interrupted: exitCodes.interrupted,
  interrupted: exitCodes.interrupted,
}

/** The exit code for anything a command threw: a Failure's own, a broken secret, URI or image's, or the general one. */
export function exitCodeOf(thrown: unknown): ExitCode {
  if (!isFailure(thrown)) return exitCodes.general
  const own = exitCodeOfFailure[thrown.code]
  if (own !== undefined) return own
  // What Okta refuses ends with 2, as in the program whose commands these are; scripts know it.
  if (/^aws_(okta|code)_/.test(thrown.code)) return exitCodes.usage
  if (thrown.code === 'client_refused') return exitCodeOfStatus(Number(thrown.detail['status']))
  return /^(otp|qr)_/.test(thrown.code) ? exitCodes.invalidInput : exitCodes.general
}

/** What a server's refusal means for a script. */
function exitCodeOfStatus(status: number): ExitCode {
  if (status === 404) return exitCodes.notFound
  return status === 401 ? exitCodes.locked : exitCodes.general
}
