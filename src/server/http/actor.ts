/** What a person may do beyond what grants say. */
export type Role = 'administrator' | 'auditor' | 'member'

/** How surely a session knows its person. */
export type Factors = 'one' | 'two'

/** What a provider said of a login: how it knew the person, and when it last asked. */
export interface Assurance {
  /** Authentication context class; null when it named none. */
  readonly acr: string | null
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[]
  /** Unix milliseconds; null when it did not say. */
  readonly authTimeMs: number | null
}

/**
 * Whoever asks.
 *
 * `stranger` has shown nothing. `operator` works on the store itself with the root key in hand (the
 * administration commands). `root` is the token of `init`. A `token` of a person never may more than
 * that person; one of a service may what its scopes say.
 */
export type Actor = Stranger | PersonActor | ServiceActor | RootActor | OperatorActor

export interface Stranger {
  readonly kind: 'stranger'
  readonly address: string
}

export interface PersonActor {
  readonly kind: 'person'
  readonly personId: string
  readonly username: string
  readonly role: Role
  readonly groupIds: readonly string[]
  readonly mayAddAccounts: boolean
  readonly address: string
  /** Set when a cookie opened the door. */
  readonly sessionId?: string
  /** Set when one of the person's tokens opened the door; `scopes` then narrow what it may do. */
  readonly tokenId?: string
  readonly scopes?: readonly string[]
  readonly factors: Factors
  /** When the last full login or re-proof happened, Unix milliseconds. */
  readonly authenticatedAtMs: number
  /** When this session last showed a passkey, Unix milliseconds; absent when it never did. */
  readonly passkeyAtMs?: number
  /** What the provider said of the login behind this session; absent for local people. */
  readonly assurance?: Assurance
}

export interface ServiceActor {
  readonly kind: 'service'
  readonly tokenId: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly address: string
  /** A tiny-mfa issuer token belongs to one realm. */
  readonly realmId?: string
}

export interface RootActor {
  readonly kind: 'root'
  readonly tokenId: string
  readonly scopes: readonly string[]
  readonly address: string
}

export interface OperatorActor {
  readonly kind: 'operator'
  readonly name: string
  readonly address: string
}

/** The name the audit shows for an actor. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.username
    case 'service':
    case 'operator':
      return actor.name
    case 'root':
      return 'root'
    case 'stranger':
      return 'stranger'
  }
}

/** The id the audit files an actor under. */
export function actorId(actor: Actor): string {
  switch (actor.kind) {
    case 'person':
      return actor.personId
    case 'service':
    case 'root':
      return actor.tokenId
    case 'operator':
      return `operator:${actor.name}`
    case 'stranger':
      return ''
  }
}
