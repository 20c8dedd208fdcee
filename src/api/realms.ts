import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'

export const Algorithm = oneOf(['SHA1', 'SHA256', 'SHA512'])
export const Replay = oneOf(['rising', 'once', 'reuse'])
export const Readback = oneOf(['pending', 'enrollers'])

/** How many guesses a realm's subjects survive (law 5). */
export const LockoutRule = exactly({
  /** Failures of unknown sources in one step before that step is closed to them. */
  unknownPerStep: Type.Integer({ minimum: 1, maximum: 255 }),
  /** Failures of unknown sources after which each further one doubles the wait. */
  unknownBeforeWaits: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Failures since the last lift after which only a lift helps; NIST SP 800-63B caps it at 100. */
  cap: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Failures a known source has within `knownWindowMs`. */
  knownPerWindow: Type.Integer({ minimum: 1, maximum: 100 }),
  knownWindowMs: Type.Integer({ minimum: 1000, maximum: 86_400_000 }),
})
export type LockoutRule = Static<typeof LockoutRule>

/** Chance that guessing succeeds under a policy, for the console (security-tests section 3). */
export const GuessFigures = Type.Object({
  acceptedCodes: Type.Integer(),
  perDay: Type.Number(),
  untilCap: Type.Number(),
})

const policy = {
  issuerLabel: Type.String({ minLength: 1, maxLength: 128 }),
  contact: Type.String({ maxLength: 255 }),
  algorithm: Algorithm,
  digits: Type.Integer({ minimum: 6, maximum: 8 }),
  periodSeconds: Type.Integer({ minimum: 15, maximum: 120 }),
  windowBack: Type.Integer({ minimum: 0, maximum: 10 }),
  windowForward: Type.Integer({ minimum: 0, maximum: 10 }),
  replay: Replay,
  readback: Readback,
  lockout: orNull(LockoutRule),
  enabled: Type.Boolean(),
}

export const Realm = Type.Object({
  id: Type.String(),
  name: Type.String(),
  ...policy,
  digits: Type.Integer(),
  effectiveLockout: LockoutRule,
  guess: GuessFigures,
  origin: Type.String(),
  subjectCount: Type.Integer(),
  createdAtMs: TimeMs,
  updatedAtMs: TimeMs,
})
export type Realm = Static<typeof Realm>

export const RealmName = Type.String({ minLength: 1, maxLength: 128 })
export const RealmCreate = exactly({ name: RealmName, ...Type.Partial(Type.Object(policy)).properties })
export const RealmUpdate = exactly({ name: Type.Optional(RealmName), ...Type.Partial(Type.Object(policy)).properties })

export const realmParams = Type.Object({ realm: Ref })
const realms = { tag: 'Realms', right: 'administrator' } as const

export const listRealms = endpoint(
  'listRealms',
  {
    method: 'GET',
    path: '/v1/realms',
    summary: 'List realms',
    ...realms,
    right: 'known',
  },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Realm) },
)
export const createRealm = endpoint(
  'createRealm',
  { method: 'POST', path: '/v1/realms', summary: 'Create a realm', status: 201, ...realms },
  { body: RealmCreate, answer: Realm },
)
export const readRealm = endpoint(
  'readRealm',
  { method: 'GET', path: '/v1/realms/{realm}', summary: 'Read a realm', ...realms, right: 'realmReader' },
  { params: realmParams, answer: Realm },
)
export const updateRealm = endpoint(
  'updateRealm',
  { method: 'PATCH', path: '/v1/realms/{realm}', summary: 'Change a realm', ...realms },
  { params: realmParams, body: RealmUpdate, answer: Realm },
)
export const deleteRealm = endpoint(
  'deleteRealm',
  { method: 'DELETE', path: '/v1/realms/{realm}', summary: 'Delete a realm and its subjects', ...realms },
  { params: realmParams },
)
