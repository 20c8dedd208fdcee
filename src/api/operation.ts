import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, Remark, spanMs, TimeMs } from './endpoint.ts'
import { LockoutRule } from './realms.ts'

export const AuditRecord = Type.Object({
  chain: Type.String(),
  sequence: Type.Integer(),
  atMs: TimeMs,
  action: Type.String(),
  outcome: Type.String(),
  actorKind: Type.String(),
  actorId: Type.String(),
  actorName: Type.String(),
  objectKind: Type.String(),
  objectId: Type.String(),
  objectName: Type.Optional(Type.String()),
  realmId: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type AuditRecord = Static<typeof AuditRecord>

const auditFilter = {
  actor: Type.Optional(Type.String({ maxLength: 255 })),
  action: Type.Optional(Type.String({ maxLength: 64, description: 'Exact, or a prefix ending in a dot' })),
  object: Type.Optional(Type.String({ maxLength: 255 })),
  realm: Type.Optional(Type.String({ maxLength: 255 })),
  outcome: Type.Optional(Type.String({ maxLength: 16 })),
  afterMs: Type.Optional(TimeMs),
  beforeMs: Type.Optional(TimeMs),
}
const auditors = { tag: 'Audit', right: 'auditor' } as const

export const listAudit = endpoint(
  'listAudit',
  { method: 'GET', path: '/v1/audit', summary: 'What happened, newest first', ...auditors },
  { query: exactly({ ...pageQuery, ...auditFilter }), answer: pageOf(AuditRecord) },
)
export const countAudit = endpoint(
  'countAudit',
  { method: 'GET', path: '/v1/audit/counts', summary: 'Counts by day and action', ...auditors },
  {
    query: exactly({ ...auditFilter }),
    answer: Type.Object({
      days: Type.Array(Type.Object({ day: Type.String(), action: Type.String(), count: Type.Integer() })),
    }),
  },
)
export const exportAudit = endpoint(
  'exportAudit',
  {
    method: 'GET',
    path: '/v1/audit/export',
    summary: 'Everything as JSON lines, to verify offline',
    media: 'application/jsonl',
    ...auditors,
  },
  { query: exactly({ ...auditFilter }) },
)
export const verifyAudit = endpoint(
  'verifyAudit',
  { method: 'POST', path: '/v1/audit/verify', summary: 'Check the chain', ...auditors },
  {
    answer: Type.Object({
      whole: Type.Boolean(),
      events: Type.Integer(),
      problems: Type.Array(Type.String()),
      lastCheckpointAtMs: orNull(TimeMs),
      checkedAtMs: TimeMs,
    }),
  },
)
export const followAudit = endpoint(
  'followAudit',
  { method: 'GET', path: '/v1/audit/events', summary: 'New records, live', media: 'text/event-stream', ...auditors },
  { query: exactly({ ...auditFilter }) },
)

const administrators = { tag: 'Settings', right: 'administrator' } as const

export const OidcSettings = exactly({
  issuer: Type.String({ maxLength: 2048 }),
  clientId: Type.String({ maxLength: 512 }),
  clientSecret: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Write-only; absent keeps the stored one of the same issuer' }),
  ),
  scopes: Type.Array(Type.String({ maxLength: 128 })),
  groupsClaim: Type.String({ maxLength: 128 }),
  administratorsGroup: Type.String({ maxLength: 255 }),
  allowedGroups: Type.Array(Type.String({ maxLength: 255 })),
  acceptBearer: Type.Boolean(),
  bearerAudience: Type.String({ maxLength: 512 }),
})
export const OidcState = Type.Object({
  source: oneOf(['none', 'environment', 'settings']),
  active: orNull(Type.Omit(OidcSettings, ['clientSecret'])),
  draft: orNull(Type.Omit(OidcSettings, ['clientSecret'])),
  hasSecret: Type.Boolean(),
  redirectUri: Type.String(),
})
export const readOidc = endpoint(
  'readOidc',
  { method: 'GET', path: '/v1/settings/oidc', summary: 'Sign-on settings', ...administrators },
  { answer: OidcState },
)
export const draftOidc = endpoint(
  'draftOidc',
  { method: 'PUT', path: '/v1/settings/oidc/draft', summary: 'Store a draft', ...administrators },
  { body: OidcSettings, answer: OidcState },
)
export const testOidc = endpoint(
  'testOidc',
  { method: 'POST', path: '/v1/settings/oidc/test', summary: 'Try the draft and say what is wrong', ...administrators },
  { answer: Type.Object({ works: Type.Boolean(), findings: Type.Array(Remark) }) },
)
export const activateOidc = endpoint(
  'activateOidc',
  { method: 'POST', path: '/v1/settings/oidc/activate', summary: 'Activate the draft', ...administrators },
  { answer: OidcState },
)
export const disableOidc = endpoint(
  'disableOidc',
  { method: 'DELETE', path: '/v1/settings/oidc', summary: 'Switch sign-on off', ...administrators },
  { answer: OidcState },
)

export const Colour = exactly({
  red: Type.Integer({ minimum: 0, maximum: 255 }),
  green: Type.Integer({ minimum: 0, maximum: 255 }),
  blue: Type.Integer({ minimum: 0, maximum: 255 }),
  alpha: Type.Integer({ minimum: 0, maximum: 255 }),
})
export const Settings = Type.Object({
  qrForeground: Colour,
  qrBackground: Colour,
  lockout: LockoutRule,
  sessionIdleMs: spanMs(60_000),
  sessionAbsoluteMs: spanMs(60_000),
  undoMs: spanMs(0),
  doors: Type.Object({
    tinyMfa: Type.Boolean(),
    ungleichotp: Type.Boolean(),
    totpshare: Type.Boolean(),
    gate: Type.Boolean(),
  }),
  auditRetentionDays: orNull(Type.Integer({ minimum: 1, maximum: 36_500 })),
})
export type Settings = Static<typeof Settings>
export const readSettings = endpoint(
  'readSettings',
  { method: 'GET', path: '/v1/settings', summary: 'Settings', ...administrators },
  { answer: Settings },
)
export const updateSettings = endpoint(
  'updateSettings',
  { method: 'PATCH', path: '/v1/settings', summary: 'Change settings', ...administrators },
  { body: Type.Partial(Settings, { additionalProperties: false }), answer: Settings },
)

/** What notices speak of, as webhooks subscribe to it and people switch it off. */
export const noticeEvents = [
  'login.new_device',
  'person.factor_changed',
  'subject.locked',
  'subject.cap_reached',
  'account.revealed',
  'account.rotate_needed',
  'audit.checkpoint',
] as const

export const Webhook = Type.Object({
  id: Type.String(),
  url: Type.String(),
  events: Type.Array(Type.String()),
  enabled: Type.Boolean(),
  createdAtMs: TimeMs,
})
export const Notice = Type.Object({
  id: Type.String(),
  kind: Type.String(),
  target: Type.String(),
  event: Type.String(),
  state: oneOf(['waiting', 'sent', 'dead']),
  attempts: Type.Integer(),
  lastError: orNull(Remark),
  createdAtMs: TimeMs,
})
export const listWebhooks = endpoint(
  'listWebhooks',
  { method: 'GET', path: '/v1/webhooks', summary: 'Webhooks', tag: 'Notices', right: 'administrator' },
  { query: exactly({ ...pageQuery }), answer: pageOf(Webhook) },
)
export const createWebhook = endpoint(
  'createWebhook',
  {
    method: 'POST',
    path: '/v1/webhooks',
    summary: 'Add a webhook; its signing key is shown this once',
    status: 201,
    tag: 'Notices',
    right: 'administrator',
  },
  {
    body: exactly({ url: Type.String({ maxLength: 2048 }), events: Type.Array(Type.String({ maxLength: 64 })) }),
    answer: Type.Object({ ...Webhook.properties, signingKey: Type.String() }),
  },
)
export const deleteWebhook = endpoint(
  'deleteWebhook',
  {
    method: 'DELETE',
    path: '/v1/webhooks/{webhook}',
    summary: 'Remove a webhook',
    tag: 'Notices',
    right: 'administrator',
  },
  { params: Type.Object({ webhook: Ref }) },
)
export const listNotices = endpoint(
  'listNotices',
  {
    method: 'GET',
    path: '/v1/notices',
    summary: 'What waits, was sent or died',
    tag: 'Notices',
    right: 'administrator',
  },
  {
    query: exactly({ ...pageQuery, state: Type.Optional(oneOf(['waiting', 'sent', 'dead'])) }),
    answer: pageOf(Notice),
  },
)
export const retryNotice = endpoint(
  'retryNotice',
  {
    method: 'POST',
    path: '/v1/notices/{notice}/retry',
    summary: 'Try a notice again now that waits or was given up',
    tag: 'Notices',
    right: 'administrator',
  },
  { params: Type.Object({ notice: Ref }) },
)

export const Health = Type.Object({
  version: Type.String(),
  engine: oneOf(['sqlite', 'postgres']),
  startedAtMs: TimeMs,
  serverTimeMs: TimeMs,
  databaseTimeMs: orNull(TimeMs),
  findings: Type.Array(
    Type.Object({ level: oneOf(['ok', 'warning', 'error']), check: Type.String(), ...Remark.properties }),
  ),
})
export const readHealth = endpoint(
  'readHealth',
  {
    method: 'GET',
    path: '/v1/health',
    summary: 'The server, its database, clock and keys, in words',
    tag: 'Operation',
    right: 'auditor',
  },
  { answer: Health },
)
export const readKeys = endpoint(
  'readKeys',
  {
    method: 'GET',
    path: '/v1/keys',
    summary: 'State of the key hierarchy',
    tag: 'Operation',
    right: 'administrator',
  },
  {
    answer: Type.Object({
      rootKeyId: Type.String(),
      dataKeys: Type.Array(
        Type.Object({
          id: Type.String(),
          purpose: Type.String(),
          ownerId: orNull(Type.String()),
          createdAtMs: TimeMs,
          retiredAtMs: orNull(TimeMs),
          sealedCount: Type.Integer(),
        }),
      ),
      rotation: orNull(
        Type.Object(
          {
            kind: Type.Literal('data'),
            done: Type.Integer({ description: 'Values under new keys' }),
            total: Type.Integer({ description: 'All sealed values' }),
          },
          { description: 'The rotation under way, or one that was interrupted; else null' },
        ),
      ),
    }),
  },
)
export const rotateKeys = endpoint(
  'rotateKeys',
  {
    method: 'POST',
    path: '/v1/keys/rotate',
    summary: 'Rotate data keys in the background, or finish a rotation that was interrupted',
    status: 202,
    tag: 'Operation',
    right: 'administrator',
  },
  {
    answer: Type.Object({
      started: Type.Boolean({ description: 'False while this server is rotating already: nothing was begun' }),
    }),
  },
)
