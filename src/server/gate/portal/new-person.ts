import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FailureCode } from '../../../errors/catalogue.ts'
import { isFailure } from '../../../errors/failure.ts'
import { sessionActor } from '../../access/authenticators.ts'
import { addReadyPerson } from '../../access/people/ready-person.ts'
import { dressFor, type Form, issueFormToken, type PortalContext, refuseForgery, sendPage } from './context.ts'
import { newPersonPage, noticePage, personAddedPage } from './page.ts'
import type { Texts } from './texts.ts'
import { signedIn, type SignedIn } from './visitor.ts'

/**
 * simpleotp's page that makes a user, for administrators alone and never over somebody who exists.
 *
 * An app behind the gate shares this host and could press the button in an administrator's name, so each person
 * takes the administrator's own code, which no script can know.
 */
export async function showNewPerson(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const session = await administrator(context, request)
  return session === null
    ? refuse(context, request, reply)
    : showForm(context, request, reply, { status: 200, message: null, username: '' })
}

/** `POST /auth/gen`: makes the person and shows their secret, once. */
export async function addPerson(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Form,
): Promise<FastifyReply> {
  const session = await administrator(context, request)
  if (session === null) return refuse(context, request, reply)
  const { texts } = dressFor(context, request)
  const username = form['user'] ?? ''
  const again = (status: number, message: string) => showForm(context, request, reply, { status, message, username })
  if (refuseForgery(context, request, form) !== null) return again(403, texts.expired)
  const actor = sessionActor(session, request.address)
  const { codes } = context.access.context
  const code = (form['token'] ?? '').trim()
  const verdict = await codes.verify({ personId: session.person.id, code, actor, address: request.address })
  if (!verdict.accepted) return again(403, texts.ownCodeRefused)
  try {
    const wish = { username, passphrase: { chosen: form['password'] ?? '' } }
    const { username: added, code: made } = await addReadyPerson(context.access.context, actor, wish)
    return sendPage(reply, 201, personAddedPage(dressFor(context, request), { username: added, ...made }))
  } catch (error) {
    const told = isFailure(error) ? refusals[error.code] : undefined
    if (told === undefined) throw error
    return again(told.status, texts[told.text])
  }
}

/** What may be wrong with a new person, as the page says it. */
const refusals: Partial<Record<FailureCode, { readonly status: number; readonly text: keyof Texts }>> = {
  username_taken: { status: 409, text: 'personTaken' },
  username_invalid: { status: 400, text: 'nameInvalid' },
  passphrase_weak: { status: 400, text: 'passphraseWeak' },
  passphrases_busy: { status: 503, text: 'passphrasesBusy' },
}

async function administrator(context: PortalContext, request: FastifyRequest): Promise<SignedIn | null> {
  const session = await signedIn(context.access.sessions, request, context.gate.settings.cookieName)
  const mayAdd = session?.person.role === 'administrator' && session.session.factors === 'two'
  return mayAdd ? session : null
}

function showForm(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { status, ...shown }: { readonly status: number; readonly message: string | null; readonly username: string },
): FastifyReply {
  const token = issueFormToken(context, request, reply)
  return sendPage(reply, status, newPersonPage(dressFor(context, request), token, shown))
}

function refuse(context: PortalContext, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const dress = dressFor(context, request)
  const { texts } = dress
  const way = { label: texts.logIn, href: '/auth/login?rd=%2Fauth%2Fgen&again=1' }
  return sendPage(reply, 403, noticePage(dress, texts.newPerson, [texts.administratorsOnly], way))
}
