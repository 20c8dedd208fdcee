import type { Assurance, Role } from '../../http/actor.ts'
import type { SignOnSettings } from './settings.ts'

/** What a provider says about somebody, as far as we listen. */
export interface Claims {
  readonly issuer: string
  readonly subject: string
  readonly username: string
  readonly displayName: string
  readonly email: string
  /** Null when the provider said nothing about groups: that is no group at all, the least privilege (T64). */
  readonly groups: readonly string[] | null
  readonly assurance: Assurance
  readonly session: string | null
}

type Raw = Readonly<Record<string, unknown>>

const maxGroups = 500

/** Reads the claims of an id or access token, with those of userinfo behind them. */
export function readClaims(token: Raw, userinfo: Raw, settings: Pick<SignOnSettings, 'groupsClaim'>): Claims {
  const both = (name: string) => text(token[name]) ?? text(userinfo[name])
  const subject = text(token['sub']) ?? ''
  const email = both('email') ?? ''
  return {
    issuer: text(token['iss']) ?? '',
    subject,
    username: both('preferred_username') ?? (email === '' ? subject : email),
    displayName: both('name') ?? '',
    email,
    groups: groupsIn(token[settings.groupsClaim]) ?? groupsIn(userinfo[settings.groupsClaim]),
    assurance: {
      acr: text(token['acr']),
      amr: groupsIn(token['amr']) ?? [],
      authTimeMs: typeof token['auth_time'] === 'number' ? token['auth_time'] * 1000 : null,
    },
    session: text(token['sid']),
  }
}

/** Groups as a list of strings; a single string is no list, because nobody knows how it would be parted (T64). */
function groupsIn(claim: unknown): string[] | null {
  if (!Array.isArray(claim)) return null
  const groups = claim.filter(
    (group): group is string => typeof group === 'string' && group !== '' && group.length <= 128,
  )
  return [...new Set(groups.map((group) => group.normalize('NFC')))].slice(0, maxGroups)
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
  return typeof value === 'string' && value !== '' && value.length <= 512 ? value : null
}
