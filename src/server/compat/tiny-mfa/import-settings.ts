import type { OldDatabase } from './old-database.ts'
import { type TinyMfaSettings, usualTinyMfa } from './settings.ts'

/**
 * The settings after those of an old database; what this server was told not to verify stays so.
 *
 * @returns with sentences about what was changed or left out
 */
export function settingsAfter(
  before: TinyMfaSettings,
  { httpPort, denyLimit }: Pick<OldDatabase, 'httpPort' | 'denyLimit'>,
  stayOpen: boolean,
): { settings: TinyMfaSettings; notes: string[] } {
  const port = inRange(httpPort, 65_535)
  const limit = inRange(denyLimit, 255)
  const settings: TinyMfaSettings = {
    ...before,
    httpPort: port ?? before.httpPort,
    denyLimit: limit ?? (denyLimit === null ? before.denyLimit : usualTinyMfa.denyLimit),
    verifyTokens: before.verifyTokens && !stayOpen,
  }
  const notes = []
  if (httpPort !== null && port === null) notes.push(`The port ${httpPort} is none; it stays ${settings.httpPort}.`)
  if (denyLimit === 0) notes.push(`The deny limit 0 locked everybody out; it is ${settings.denyLimit} now.`)
  else if (denyLimit !== null && limit === null)
    notes.push(`The deny limit ${denyLimit} is none; it is ${settings.denyLimit}.`)
  if (!settings.verifyTokens) notes.push('Users and validation are open to everybody: tokens are not verified.')
  return { settings, notes }
}

function inRange(number: number | null, max: number): number | null {
  return number !== null && Number.isInteger(number) && number >= 1 && number <= max ? number : null
}
