import type { CliContext } from '../../context.ts'
import { openStore } from '../../agent/store/store.ts'
import { forgetStoredKey } from '../cache-key.ts'
import { clearCache } from '../credential-cache.ts'
import { openPaths, type PlaceFlags } from '../helper.ts'
import { forgetRefusal } from '../refused-sign-in.ts'
import { forgetDurations } from '../role-durations.ts'
import { readSettingsOrBlank } from '../settings.ts'

/** `watchword aws clear`: forgets credentials and sessions; passwords and secrets stay where they are. */
export async function clear(this: CliContext, flags: PlaceFlags): Promise<void> {
  const paths = await openPaths(this, flags)
  clearCache(paths)
  if (paths.storedKey !== undefined) await forgetStoredKey(openStore(this))
  forgetDurations(paths)
  forgetRefusal(paths, readSettingsOrBlank(paths, flags.config ?? 'default').path)
  this.say('Cached credentials and Okta sessions are gone; the next call signs in.')
}
