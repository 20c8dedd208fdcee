import type { QrLook } from '../../qr/look.ts'
import type { Tokens } from '../access/tokens/tokens.ts'
import type { Core } from '../audit/core.ts'
import type { Actor } from '../http/actor.ts'
import type { Subjects } from '../subjects/subjects.ts'

/** The colours of QR codes, shared with the whole system. */
export interface QrLooks {
  read(): Promise<QrLook>
  write(actor: Actor, look: QrLook): Promise<void>
}

/** OpenID Connect as a door was told it. */
export interface SignOnDraft {
  readonly issuer: string
  readonly clientId: string
  /** Absent keeps the stored one. */
  readonly clientSecret?: string
}

/** What the doors that verify are made from. */
export interface DoorParts {
  readonly core: Core
  readonly subjects: Subjects
  readonly access: { readonly tokens: Tokens }
  readonly looks: QrLooks
  /** Keeps settings of sign-on as a draft, which an administrator makes count. */
  readonly draftSignOn: (actor: Actor, draft: SignOnDraft) => Promise<void>
  /** Whether administrators left a door open; asked at every request. */
  readonly isOpen: (door: 'tinyMfa' | 'ungleichotp') => boolean | Promise<boolean>
}
