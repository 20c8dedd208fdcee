import { type Static, Type } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'

export const Session = Type.Object({
  id: Type.String(),
  kind: oneOf(['console', 'gate']),
  personId: Type.String(),
  username: Type.String(),
  address: Type.String(),
  userAgent: Type.String(),
  current: Type.Boolean(),
  createdAtMs: TimeMs,
  lastSeenAtMs: TimeMs,
  expiresAtMs: TimeMs,
})
function limitList(description: string) {
  return Type.Array(Type.String({ minLength: 1, maxLength: 512 }), { minItems: 1, maxItems: 100, description })
}

/** Where the gate lets a token through. */
export const GateLimits = Type.Object({
  hosts: Type.Array(Type.String()),
  paths: Type.Array(Type.String()),
  methods: Type.Array(Type.String()),
  twoFactor: Type.Boolean(),
})
export type GateLimits = Static<typeof GateLimits>
const GateLimitsWish = exactly({
  hosts: limitList('app.example.com, *.example.com, or * for all'),
  paths: limitList('Begin with a slash and cover what lies below; / for all'),
  methods: limitList('GET and so on, or * for all'),
  twoFactor: Type.Boolean({ description: 'Also passes rules that ask for two factors, but never a step-up' }),
})
export const Token = Type.Object({
  id: Type.String(),
  name: Type.String(),
  owner: oneOf(['person', 'device', 'service', 'root']),
  personId: orNull(Type.String()),
  scopes: Type.Array(Type.String()),
  gateLimits: orNull(GateLimits),
  createdAtMs: TimeMs,
  expiresAtMs: orNull(TimeMs),
  lastUsedAtMs: orNull(TimeMs),
  enabled: Type.Boolean(),
})
export const TokenCreated = Type.Object({ ...Token.properties, token: Type.String({ description: 'Shown this once' }) })
export const TokenCreate = exactly({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  owner: Type.Optional(oneOf(['person', 'service'])),
  scopes: Type.Array(Type.String({ maxLength: 300 }), { minItems: 1, maxItems: 100 }),
  expiresAtMs: Type.Optional(orNull(TimeMs)),
  gateLimits: Type.Optional(GateLimitsWish),
})

export const listSessions = endpoint(
  'listSessions',
  {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'Sessions: mine, or of all for administrators',
    tag: 'Sessions',
    right: 'owner',
  },
  {
    query: exactly({ ...pageQuery, person: Type.Optional(Ref), all: Type.Optional(Type.Boolean()) }),
    answer: pageOf(Session),
  },
)
export const endSession = endpoint(
  'endSession',
  {
    method: 'DELETE',
    path: '/v1/sessions/{session}',
    summary: 'End one session',
    tag: 'Sessions',
    right: 'owner',
  },
  { params: Type.Object({ session: Ref }) },
)
export const endSessions = endpoint(
  'endSessions',
  {
    method: 'POST',
    path: '/v1/sessions/end-all',
    summary: 'End all sessions of a person but this one',
    tag: 'Sessions',
    right: 'owner',
  },
  { body: exactly({ person: Type.Optional(Ref) }), answer: Type.Object({ ended: Type.Integer() }) },
)

export const listTokens = endpoint(
  'listTokens',
  {
    method: 'GET',
    path: '/v1/tokens',
    summary: 'My tokens; all for administrators',
    tag: 'Tokens',
    right: 'owner',
  },
  { query: exactly({ ...pageQuery, all: Type.Optional(Type.Boolean()) }), answer: pageOf(Token) },
)
export const createToken = endpoint(
  'createToken',
  {
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Make a token; shown this once',
    status: 201,
    tag: 'Tokens',
    right: 'tokenMaker',
  },
  { body: TokenCreate, answer: TokenCreated },
)
export const updateToken = endpoint(
  'updateToken',
  {
    method: 'PATCH',
    path: '/v1/tokens/{token}',
    summary: 'Rename, disable or enable a token',
    tag: 'Tokens',
    right: 'owner',
  },
  {
    params: Type.Object({ token: Ref }),
    body: exactly({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      enabled: Type.Optional(Type.Boolean()),
      expiresAtMs: Type.Optional(orNull(TimeMs)),
    }),
    answer: Token,
  },
)
export const deleteToken = endpoint(
  'deleteToken',
  {
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    summary: 'End a token',
    tag: 'Tokens',
    right: 'owner',
  },
  { params: Type.Object({ token: Ref }) },
)
