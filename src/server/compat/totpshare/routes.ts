import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { requireKnown } from '../../access/rights.ts'
import type { Actor } from '../../http/actor.ts'
import { toProblem } from '../../http/problem.ts'
import { sendSentencePage } from '../../http/sentence-page.ts'
import type { TotpshareAccounts } from './accounts.ts'
import { csrfMetaTag, requireCsrfToken } from './csrf.ts'
import { leaveNotice } from './notice.ts'

/** What the routes stand on. */
export interface TotpshareRoutes {
  readonly accounts: TotpshareAccounts
  /** False while the door is switched off: then none of its addresses exists. */
  readonly isOpen: () => Promise<boolean>
  /** Answers the console's page with something in its head; null when no console was built. */
  readonly sendShell: ((reply: FastifyReply, head: string) => FastifyReply) | null
  /** Where a visitor who is not logged in is sent, with the page to come back to; null shows the console's login. */
  readonly loginAddress: (request: FastifyRequest, returnTo: string) => Promise<string | null>
  /** The names of an actor's groups, for the sentence that refuses them. */
  readonly groupNames: (actor: Actor) => Promise<readonly string[]>
  readonly administratorsGroup: string
}

interface KeyParams {
  Params: { key: string }
}

const ownCsrf = { config: { csrfInBody: true } }

/** totpshare's addresses: the JSON its page polls, and the forms its administrators send. */
export function totpshareRoutes(app: FastifyInstance, parts: TotpshareRoutes): void {
  void app.register(async (door) => {
    if (!door.hasContentTypeParser('application/x-www-form-urlencoded')) await door.register(formbody)
    door.addHook('preHandler', async () => {
      if (!(await parts.isOpen())) throw new Failure('not_found')
    })
    jsonRoutes(door, parts)
    pageRoutes(door, parts)
  })
}

function jsonRoutes(door: FastifyInstance, parts: TotpshareRoutes): void {
  const { accounts } = parts
  door.get<KeyParams>('/secret/:key', ({ actor, params }) => accounts.code(actor, plainKey(params.key)))
  door.get<KeyParams>('/api/secrets/:key', ({ actor, params }) => accounts.code(actor, plainKey(params.key)))
  door.get('/api/secrets', ({ actor }) => accounts.list(actor))
  door.post('/api/secrets', ownCsrf, async (request) => {
    await requireAdministrators(request, parts)
    return { key: await accounts.add(request.actor, fieldsOf(request.body, 'key')) }
  })
  door.delete<KeyParams>('/api/secrets/:key', ownCsrf, async (request, reply) => {
    await requireAdministrators(request, parts)
    await accounts.remove(request.actor, plainKey(request.params.key))
    return reply.code(204).send()
  })
}

function pageRoutes(door: FastifyInstance, parts: TotpshareRoutes): void {
  const { accounts, sendShell } = parts
  for (const path of ['/admin', '/Admin']) {
    door.get(path, async (request, reply) => {
      const login = request.actor.kind === 'stranger' ? await parts.loginAddress(request, path) : null
      if (login !== null) return reply.redirect(login)
      if (request.actor.kind !== 'stranger' && !accounts.mayAdminister(request.actor)) {
        return sendRefusal(reply, await notAdministrator(request.actor, parts))
      }
      if (sendShell === null) throw new Failure('not_found')
      return sendShell(reply, csrfMetaTag(request))
    })
  }
  door.post('/admin', ownCsrf, (request, reply) =>
    answerForm(reply, async () => {
      await requireAdministrators(request, parts)
      const given = fieldsOf(request.body, 'secret')
      await accounts.add(request.actor, given)
      leaveNotice(reply, `Added key ${given.displayName}(${given.id})`)
      return reply.redirect('/')
    }),
  )
  door.post<KeyParams>('/api/secrets/:key', ownCsrf, (request, reply) =>
    answerForm(reply, async () => {
      await requireAdministrators(request, parts)
      await accounts.remove(request.actor, plainKey(request.params.key))
      return reply.redirect('/admin')
    }),
  )
}

// In totpshare's order: who are you, then the token, then the group.
async function requireAdministrators(request: FastifyRequest, parts: TotpshareRoutes): Promise<void> {
  requireKnown(request.actor)
  requireCsrfToken(request)
  if (!parts.accounts.mayAdminister(request.actor)) throw await notAdministrator(request.actor, parts)
}

async function notAdministrator(actor: Actor, { administratorsGroup, groupNames }: TotpshareRoutes): Promise<Failure> {
  if (administratorsGroup === '') return new Failure('forbidden')
  const groups = (await groupNames(actor)).join(', ') || 'none'
  return new Failure('totpshare_not_administrator', { detail: { group: administratorsGroup, groups } })
}

/** Answers a form's sender, a person, with a page instead of JSON when it was refused. */
async function answerForm(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (!isFailure(error) || isFailure(error, 'login_needed')) throw error
    return sendRefusal(reply, error)
  }
}

function sendRefusal(reply: FastifyReply, failure: Failure): FastifyReply {
  const link = { href: '/', text: 'Back to the accounts' }
  const page = { heading: 'This did not work', sentence: failure.message, link }
  return sendSentencePage(reply, toProblem(failure).status, page, null)
}

function fieldsOf(body: unknown, secretField: 'key' | 'secret'): { id: string; displayName: string; secret: string } {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const [id, displayName, secret] = [fields['id'], fields['display_name'], fields[secretField]].map((value) =>
    typeof value === 'string' ? value.trim() : '',
  )
  if (!id || !displayName || !secret) throw new Failure('totpshare_field_missing')
  return { id, displayName, secret }
}

// The old program strips these from both ends of a key.
function plainKey(key: string): string {
  return key.replace(/^[/\\]+|[/\\]+$/g, '')
}
