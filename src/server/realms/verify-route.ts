import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Compile } from 'typebox/compile'
import { Verify, verifyCode } from '../../api/subjects.ts'
import { Failure } from '../../errors/failure.ts'
import { hasScope, isAdministrator, requireKnown } from '../access/rights.ts'
import { type Actor, actorId } from '../http/actor.ts'
import { fieldRemarks, InvalidInput } from '../http/field-remarks.ts'
import type { Idempotency } from '../subjects/judge.ts'
import { canonicalName } from '../subjects/names.ts'
import { isReserved } from '../subjects/reserved.ts'
import { addressSource, namedSource } from '../subjects/source.ts'
import type { Subjects } from '../subjects/subjects.ts'
import type { Judged } from '../subjects/verdict.ts'

const body = Compile(Verify)
/** Stands for reserved realms, which look to `verify:*` like realms that do not exist. */
const nobodysRealm = ''
const longestIdempotencyKey = 255
/** What whoever may not hear a reason hears for every refusal (T40). */
const uniform = JSON.stringify({ accepted: false, reason: 'wrong' })

/** Whoever sent no code is shown a body instead of being told that one is missing. */
const isWithoutCode = new Set(['field_missing', 'body_misfit'])
const example = 'send {"code": "123456"}'

type VerifyParams = { realm: string; subject: string }

/**
 * The route every verification takes. It is the one route with a bar of its own, so it goes without the router: the
 * body is checked by the compiled schema and the answer written as text, with one promise between.
 */
export function verifyRoute(app: FastifyInstance, subjects: Subjects): void {
  app.post<{ Params: VerifyParams }>(
    verifyCode.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    (request: FastifyRequest<{ Params: VerifyParams }>, reply: FastifyReply) => {
      const { actor, address } = request
      const realm = canonicalName(request.params.realm)
      const subject = canonicalName(request.params.subject)
      requireVerifier(actor, realm)
      const { code, source } = checkedBody(request.body)
      const header = request.headers['idempotency-key']
      const idempotency = header === undefined ? null : idempotencyOf(header, actor, [realm, subject, code, source])
      const judged = subjects.judge({
        realm: isReserved(realm) ? nobodysRealm : realm,
        subject,
        code,
        purpose: 'verify',
        source: source === undefined ? addressSource(address) : namedSource(source),
        actor,
        address,
        door: 'api',
        ...(idempotency === null ? {} : { idempotency }),
      })
      return judged.then((verdict) => {
        reply.type('application/json; charset=utf-8')
        return answer(verdict, mayHear(actor, realm))
      })
    },
  )
}

function requireVerifier(actor: Actor, realm: string): void {
  requireKnown(actor)
  if (!hasScope(actor, 'verify', realm)) throw new Failure('forbidden')
}

function checkedBody(given: unknown): Verify {
  if (body.Check(given)) return given
  const fields = fieldRemarks(Verify, body.Errors(given ?? {}))
  throw new InvalidInput(fields, fields.some(({ code }) => isWithoutCode.has(code)) ? example : undefined)
}

/** An Idempotency-Key belongs to its token or session: another one's key is another key. */
function idempotencyOf(header: string | string[], actor: Actor, asked: readonly unknown[]): Idempotency {
  if (typeof header !== 'string' || header === '' || header.length > longestIdempotencyKey) {
    throw new Failure('bad_request', { detail: { reason: 'its Idempotency-Key has 1 to 255 characters' } })
  }
  return { keyHash: hash('sha256', `${holderOf(actor)}\n${header}`), bodyHash: hash('sha256', JSON.stringify(asked)) }
}

// A person has several, and what one of them may hear is not what another asked.
function holderOf(actor: Actor): string {
  if (actor.kind !== 'person') return actorId(actor)
  return actor.tokenId ?? actor.sessionId ?? actorId(actor)
}

function mayHear(actor: Actor, realm: string): boolean {
  return isAdministrator(actor) || hasScope(actor, 'explain', realm)
}

function answer(verdict: Judged, isExplained: boolean): string {
  if (verdict.accepted) return `{"accepted":true,"step":${verdict.step}}`
  if (!isExplained) return uniform
  const { reason, waitUntilMs } = verdict
  return JSON.stringify({ accepted: false, reason, ...(waitUntilMs === undefined ? {} : { waitUntilMs }) })
}
