import type { Core } from '../../audit/core.ts'
import type { Tx } from '../../database/storage.ts'
import type { OldDatabase } from './old-database.ts'
import { type TinyMfaSettings, TinyMfaSettingsStore, usualTinyMfa } from './settings.ts'

/**
 * Takes over the settings of an old database; what this server was told not to verify stays so.
 *
 * @returns sentences about what was changed or left out
 */
export async function importSettings(
  tx: Tx,
  core: Core,
  { httpPort, denyLimit }: Pick<OldDatabase, 'httpPort' | 'denyLimit'>,
  stayOpen: boolean,
): Promise<string[]> {
  const store = new TinyMfaSettingsStore(core)
  const before = await store.read()
  const port = inRange(httpPort, 65_535)
  const limit = inRange(denyLimit, 255)
  const after: TinyMfaSettings = {
    ...before,
    httpPort: port ?? before.httpPort,
    denyLimit: limit ?? (denyLimit === null ? before.denyLimit : usualTinyMfa.denyLimit),
    verifyTokens: before.verifyTokens && !stayOpen,
  }
  await store.write(tx, after)
  const notes = []
  if (httpPort !== null && port === null) notes.push(`The port ${httpPort} is none; it stays ${after.httpPort}.`)
  if (denyLimit === 0) notes.push(`The deny limit 0 locked everybody out; it is ${after.denyLimit} now.`)
  else if (denyLimit !== null && limit === null)
    notes.push(`The deny limit ${denyLimit} is none; it is ${after.denyLimit}.`)
  if (!after.verifyTokens) notes.push('Users and validation are open to everybody: tokens are not verified.')
  return notes
}

function inRange(number: number | null, max: number): number | null {
  return number !== null && Number.isInteger(number) && number >= 1 && number <= max ? number : null
}
