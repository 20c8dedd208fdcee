import type { DoorParts } from '../door-parts.ts'
import type { TinyMfaSettingsStore } from './settings.ts'

/** What this door is made from: its own settings beside what every door has. */
export interface TinyMfaParts extends DoorParts {
  readonly settings: TinyMfaSettingsStore
}
