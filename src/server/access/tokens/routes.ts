import type { Static } from 'typebox'
import * as api from '../../../api/index.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { actorId } from '../../http/actor.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { holdActor } from '../hold-actor.ts'
import { requireWholePerson } from '../proofs.ts'
import { isAdministrator, requireAdministrator, requireKnown } from '../rights.ts'
import { areForGate, refuseScopesBeyond } from './scopes.ts'
import type { AccessToken, GateLimits, TokenChange } from './store.ts'
import type { TokenWish } from './tokens.ts'

/** Tokens of oneself; service tokens and everybody's for administrators. */
export function tokenRoutes({ route }: Router, context: AccessContext): void {
  route(api.listTokens, async ({ actor, query }) => {
    const { limit = 100, cursor } = query
    const isAll = query.all ?? actor.kind !== 'person'
    if (isAll) requireAdministrator(actor)
    const personId = isAll ? undefined : requireWholePerson(actor).personId
    const before = cursor === undefined ? undefined : positionOf(cursor)
    const rows = await context.tokens.list({ personId }, { limit: limit + 1, before })
    return pageOfRows(rows, limit, (row) => [row.createdAtMs, row.id], showToken)
  })
  route(api.createToken, ({ actor, body }) => createToken(context, actor, body))
  route(api.updateToken, async ({ actor, params, body }) => {
    const token = await ownToken(context, actor, params.token)
    await updateToken(context, actor, token, body)
    return showToken(await ownToken(context, actor, token.id))
  })
  route(api.deleteToken, async ({ actor, params }) => {
    const token = await ownToken(context, actor, params.token)
    await context.storage.transaction(async (tx) => {
      if ((await context.tokens.end(tx, { id: token.id })) === 0) throw new Failure('token_not_found')
      await audit(context, tx, actor, { action: 'token.delete', ...object(token), outcome: 'done' })
    })
  })
}

/** Makes a token for whoever asks, or for a service; its text is told this once. */
export async function createToken(context: AccessContext, actor: Actor, wish: Static<typeof api.TokenCreate>) {
  requireKnown(actor)
  const owner = wish.owner ?? (actor.kind === 'person' ? 'person' : 'service')
  if (owner === 'service') requireAdministrator(actor)
  if (owner === 'person' && actor.kind !== 'person') throw new Failure('token_owner_needed')
  refuseScopesBeyond(actor, wish.scopes)
  refusePastEnd(context, wish.expiresAtMs)
  const limits = gateLimitsOf(context, wish)
  const person = owner === 'person' ? { personId: requireWholePerson(actor).personId } : {}
  return context.storage.transaction(async (tx) => {
    await holdActor(tx, actor)
    const { token, text } = await context.tokens.create(tx, {
      ...person,
      name: wish.name,
      owner,
      scopes: wish.scopes,
      createdBy: actorId(actor),
      expiresAtMs: wish.expiresAtMs ?? null,
      ...(limits === null ? {} : { gateLimits: limits }),
    })
    const detail = { owner, scopes: token.scopes, expiresAtMs: token.expiresAtMs, ...auditedLimits(limits) }
    await audit(context, tx, actor, { action: 'token.create', ...object(token), outcome: 'done', detail })
    return { ...showToken(token), token: text ?? '' }
  })
}

async function updateToken(
  context: AccessContext,
  actor: Actor,
  token: AccessToken,
  change: Omit<TokenChange, 'isFromAbove'>,
): Promise<void> {
  refusePastEnd(context, change.expiresAtMs)
  await context.storage.transaction(async (tx) => {
    await context.tokens.change(tx, token.id, { ...change, isFromAbove: !isOwner(actor, token) })
    const detail = {
      ...(change.name === undefined ? {} : { name: change.name }),
      ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
      ...(change.expiresAtMs === undefined ? {} : { expiresAtMs: change.expiresAtMs }),
    }
    await audit(context, tx, actor, { action: 'token.update', ...object(token), outcome: 'done', detail })
  })
}

// Whoever wants a token to end now disables or deletes it; a past day is a slip of the hand.
function refusePastEnd(context: AccessContext, expiresAtMs: number | null | undefined): void {
  if (typeof expiresAtMs === 'number' && expiresAtMs <= nowMs(context)) throw new Failure('token_expiry_past')
}

/** A token that is the actor's or that they administer; whoever may not is told what a stranger's id is told. */
async function ownToken(context: AccessContext, actor: Actor, id: string): Promise<AccessToken> {
  requireKnown(actor)
  const token = await context.tokens.find(id)
  if (!isAdministrator(actor) && (token === null || token.personId !== requireWholePerson(actor).personId)) {
    throw new Failure('forbidden')
  }
  if (token === null) throw new Failure('token_not_found')
  return token
}

/** The limits of a wished token; a scope for the gate and limits belong together, for either alone opens nothing. */
function gateLimitsOf({ tokens }: AccessContext, wish: Pick<TokenWish, 'scopes' | 'gateLimits'>): GateLimits | null {
  const { scopes, gateLimits } = wish
  if (areForGate(scopes) !== (gateLimits !== undefined)) throw new Failure('token_gate_incomplete')
  return gateLimits === undefined ? null : tokens.readGateLimits(gateLimits)
}

function auditedLimits(limits: GateLimits | null) {
  if (limits === null) return {}
  const { hosts, paths, methods, twoFactor } = limits
  return { gateHosts: hosts, gatePaths: paths, gateMethods: methods, gateTwoFactor: twoFactor }
}

function isOwner(actor: Actor, { personId }: AccessToken): boolean {
  return actor.kind === 'person' && actor.personId === personId
}

/** A token as the API shows it. */
function showToken(token: AccessToken) {
  const { gateLimits } = token
  return {
    id: token.id,
    name: token.name,
    owner: token.owner,
    personId: token.personId,
    scopes: [...token.scopes],
    gateLimits:
      gateLimits === null
        ? null
        : {
            hosts: [...gateLimits.hosts],
            paths: [...gateLimits.paths],
            methods: [...gateLimits.methods],
            twoFactor: gateLimits.twoFactor,
          },
    createdAtMs: token.createdAtMs,
    expiresAtMs: token.expiresAtMs,
    lastUsedAtMs: token.lastUsedAtMs,
    enabled: token.enabled,
  }
}

function object(token: { id: string; name: string }) {
  return { objectKind: 'token', objectId: token.id, objectName: token.name }
}

function positionOf(cursor: string): { createdAtMs: number; id: string } {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return { createdAtMs: Number(createdAtMs), id: String(id) }
}
