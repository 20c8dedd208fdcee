import type { QrLook } from '../../../qr/look.ts'
import type { Access } from '../../access/access.ts'
import type { Core } from '../../audit/core.ts'
import type { Actor } from '../../http/actor.ts'
import type { Realms } from '../../realms/realms.ts'
import type { Subjects } from '../../subjects/subjects.ts'
import type { TinyMfaSettingsStore } from './settings.ts'

/** The colours of QR codes, shared with the whole system. */
export interface QrLooks {
  read(): Promise<QrLook>
  write(actor: Actor, look: QrLook): Promise<void>
}

/** What the doors are made from. */
export interface DoorParts {
  readonly core: Core
  readonly subjects: Subjects
  readonly realms: Realms
  readonly access: Pick<Access, 'tokens'>
  readonly looks: QrLooks
  /** Whether administrators left a door open; asked at every request. */
  readonly isOpen: (door: 'tinyMfa' | 'ungleichotp') => boolean | Promise<boolean>
}

/** The same with the door's own settings. */
export interface TinyMfaParts extends DoorParts {
  readonly settings: TinyMfaSettingsStore
}
