import type { Assurance, Role } from '../../http/actor.ts'
import { isStorable } from '../../http/storable.ts'
import type { SignOnSettings } from './settings.ts'

/** What a provider says about somebody, as far as we listen. */
export interface Claims {
  readonly issuer: string
  /** Empty when it is none we can keep: then it names nobody, see {@link namesSomebody}. */
  readonly subject: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  /** Null when the provider said nothing about groups: that is no group at all, the least privilege (T64). */
  readonly groups: readonly string[] | null
  readonly assurance: Assurance
  /** By the provider's clock; 0 when it said none, which is older than anything. */
  readonly issuedAtMs: number
  readonly session: string | null
}

type Raw = Readonly<Record<string, unknown>>

const maxGroups = 500

/** What the settings say of groups: the claim that holds them, and those that open or give something. */
type GroupSettings = Pick<SignOnSettings, 'groupsClaim' | 'administratorsGroup' | 'allowedGroups'>

/** Reads the claims of an id or access token, with those of userinfo behind them. */
export function readClaims(token: Raw, userinfo: Raw, settings: GroupSettings): Claims {
  const { groupsClaim, administratorsGroup, allowedGroups } = settings
  const named = [administratorsGroup, ...allowedGroups]
  const both = (name: string) => text(token[name]) ?? text(userinfo[name])
  const subject = text(token['sub']) ?? ''
  const email = both('email') ?? ''
  return {
    issuer: text(token['iss']) ?? '',
    subject,
    username: both('preferred_username') ?? (email === '' ? subject : email),
    displayName: both('name') ?? '',
    email,
    groups: groupsIn(token[groupsClaim], named) ?? groupsIn(userinfo[groupsClaim], named),
    assurance: {
      acr: text(token['acr']),
      amr: groupsIn(token['amr']) ?? [],
      authTimeMs: momentIn(token['auth_time']),
    },
    issuedAtMs: momentIn(token['iat']) ?? 0,
    session: text(token['sid']),
  }
}

// A NumericDate may have a fraction (RFC 7519 section 2); what is no moment at all was not said.
function momentIn(seconds: unknown): number | null {
  const atMs = typeof seconds === 'number' ? Math.floor(seconds * 1000) : NaN
  return Number.isSafeInteger(atMs) ? atMs : null
}

/**
 * Groups as a list of strings; a single string is no list, because nobody knows how it would be parted (T64). Of more
 * than we keep those that are named come first: what somebody may do must not hang on the order of a list.
 */
function groupsIn(claim: unknown, named: readonly string[] = []): string[] | null {
  if (!Array.isArray(claim)) return null
  const groups = claim.filter(
    (group): group is string => typeof group === 'string' && isKept(group) && group.length <= 128,
  )
  const names = new Set(groups.map((group) => group.normalize('NFC')))
  return [...new Set([...named.filter((group) => names.has(group)), ...names])].slice(0, maxGroups)
}

/**
 * Whether the claims name exactly one person. A subject that is missing, no text, longer than any (OpenID Connect Core
 * section 2 allows 255 characters) or more than a database holds is nobody's: all of its bearers would be one person.
 */
export function namesSomebody({ issuer, subject }: Pick<Claims, 'issuer' | 'subject'>): boolean {
  return issuer !== '' && subject !== ''
}

/** Whether somebody's groups let them in; names are compared exactly. */
export function mayLogIn(
  { groups }: Pick<Claims, 'groups'>,
  { allowedGroups }: Pick<SignOnSettings, 'allowedGroups'>,
): boolean {
  return allowedGroups.length === 0 || allowedGroups.some((group) => groups?.includes(group) === true)
}

/**
 * The role after a sign-on. Where an administrators' group is named, the provider alone says who administers; else
 * everyone is a member until somebody gives them more here.
 */
export function roleAfterSignOn(
  present: Role | null,
  { groups }: Pick<Claims, 'groups'>,
  { administratorsGroup }: Pick<SignOnSettings, 'administratorsGroup'>,
): Role {
  if (administratorsGroup === '') return present ?? 'member'
  if (groups?.includes(administratorsGroup) === true) return 'administrator'
  return present === 'auditor' ? 'auditor' : 'member'
}

function text(value: unknown): string | null {
  return typeof value === 'string' && isKept(value) ? value : null
}

function isKept(value: string): boolean {
  return value !== '' && value.length <= 512 && isStorable(value)
}
