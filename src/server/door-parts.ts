import type { QrLook, Rgba } from '../qr/look.ts'
import type { Settings } from '../api/operation.ts'
import type { DoorParts } from './compat/door-parts.ts'
import type { Rooms } from './rooms.ts'

/** What the verifying doors take from the rooms. */
export function doorParts({
  core,
  subjects,
  access,
  settings,
}: Pick<Rooms, 'core' | 'subjects' | 'access' | 'settings'>): DoorParts {
  return {
    core,
    subjects,
    access,
    looks: {
      read: async () => lookOf(await settings.read()),
      write: async (actor, { foreground, background }) => {
        await settings.update(actor, { qrForeground: colourOf(foreground), qrBackground: colourOf(background) })
      },
    },
    draftSignOn: (actor, draft) => access.signOn.settings.keepDraft(actor, { ...emptyDraft, ...draft }),
    isOpen: async (door) => (await settings.read()).doors[door],
  }
}

/** What a door cannot say about sign-on: an administrator completes it. */
const emptyDraft = {
  scopes: ['openid', 'profile', 'email'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
}

/** The colours of the settings as QR codes are drawn in. */
export function lookOf({ qrForeground, qrBackground }: Settings): QrLook {
  return { foreground: rgbaOf(qrForeground), background: rgbaOf(qrBackground) }
}

function rgbaOf({ red, green, blue, alpha }: Settings['qrForeground']): Rgba {
  return [red, green, blue, alpha]
}

function colourOf([red, green, blue, alpha]: Rgba): Settings['qrForeground'] {
  return { red, green, blue, alpha }
}
