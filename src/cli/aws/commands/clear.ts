import type { CliContext } from '../../context.ts'
import { clearCache } from '../credential-cache.ts'
import { pathsFor, type PlaceFlags } from '../helper.ts'
import { forgetRefusal } from '../refused-sign-in.ts'
import { forgetDurations } from '../role-durations.ts'
import { readSettingsOrBlank } from '../settings.ts'

/** `watchword aws clear`: forgets credentials and sessions; passwords and secrets stay where they are. */
export async function clear(this: CliContext, flags: PlaceFlags): Promise<void> {
  const paths = pathsFor(this, flags)
  clearCache(paths)
  forgetDurations(paths)
  forgetRefusal(paths, readSettingsOrBlank(paths, flags.config ?? 'default').path)
  this.say('Cached credentials and Okta sessions are gone; the next call signs in.')
}
