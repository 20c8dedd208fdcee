import type { FastifyRequest } from 'fastify'
import { hasScope, isAdministrator } from '../../access/rights.ts'
import type { Tokens } from '../../access/tokens/tokens.ts'
import type { Actor } from '../../http/actor.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import type { OldTokens } from './old-tokens.ts'
import { noToken, wrongToken } from './refusal.ts'

/** The scope that opens this door; with a realm of its own it opens that issuer, without one everything. */
export const doorScope = 'door:tiny-mfa'
const headerName = 'tiny-mfa-access-token'

/** What a path asks of a token: go-tiny-mfa knows issuer tokens only, ours may be narrower. */
export type Right = 'verify' | 'enrol' | 'manage'

/** Knows callers by the door's own header; cookies and `Authorization` mean nothing here. */
export class Callers {
  readonly #tokens: Tokens
  readonly #oldTokens: OldTokens

  constructor(tokens: Tokens, oldTokens: OldTokens) {
    this.#tokens = tokens
    this.#oldTokens = oldTokens
  }

  /** Whoever sent the header. @throws Refusal 401 without a token, or with one that opens nothing */
  identify(request: FastifyRequest, realm: RealmEntry | null): Actor | Promise<Actor> {
    const text = headerOf(request)
    if (text === null) throw noToken()
    const actor = this.#tokens.identify(text, request.address)
    if (actor instanceof Promise) return actor.then((found) => found ?? this.#old(text, realm, request.address))
    return actor ?? this.#old(text, realm, request.address)
  }

  async #old(text: string, realm: RealmEntry | null, address: string): Promise<Actor> {
    const isReplaced = await this.#oldTokens.replace(text, realm?.id ?? null, address)
    const actor = isReplaced ? await this.#tokens.identify(text, address) : null
    if (actor === null) throw wrongToken()
    return actor
  }
}

/** Whether a caller rules the whole door: its root token, or an administrator of Watchword. */
export function isDoorRoot(actor: Actor): boolean {
  if (isAdministrator(actor)) return true
  const isBound = actor.kind === 'service' && actor.realmId !== undefined
  return !isBound && hasScope(actor, 'door', 'tiny-mfa')
}

/** Whether a caller may do something below one issuer. */
export function mayAt(actor: Actor, realm: RealmEntry, right: Right): boolean {
  if (isDoorRoot(actor)) return true
  if (actor.kind === 'service' && actor.realmId === realm.id && actor.scopes.includes(doorScope)) return true
  return right !== 'manage' && hasScope(actor, right, realm.name)
}

/** The header's one value; several lines count as none, and Node.js would join them. */
function headerOf({ headers, raw: { rawHeaders } }: FastifyRequest): string | null {
  const value = headers[headerName]
  if (typeof value !== 'string' || value === '') return null
  // A joined header has a comma; only then the lines have to be counted.
  if (!value.includes(',')) return value
  const lines = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === headerName)
  return lines.length === 1 ? value : null
}
