import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../../errors/failure.ts'
import { beginPasskeyLogin, finishPasskeyLogin } from '../../access/passkeys/login.ts'
import { type Form, gatePlace, type PortalContext, refuseForgery, safeLocation } from './context.ts'
import { addressWaitMs, tryLogin } from './login.ts'

/** `POST /auth/passkey/options`: looks at name and passphrase and asks for a passkey. */
export async function beginPasskey(context: PortalContext, request: FastifyRequest, form: Form) {
  if (refuseForgery(context, request, form) !== null) throw new Failure('csrf_refused')
  const { access } = context
  const waitMs = await addressWaitMs(context, request, form)
  if (waitMs > 0) throw new Failure('login_slowed', { detail: { retryAfterMs: waitMs } })
  const proof = { username: form['user'] ?? '', passphrase: form['password'] ?? '' }
  const { origin } = access.outside(request)
  return beginPasskeyLogin(access.context, proof, gatePlace(context, request, false), origin)
}

/** `POST /auth/passkey`: finishes the login with the passkey and says where to go on. */
export async function finishPasskey(
  context: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
  shown: { readonly form: Form; readonly response: unknown },
): Promise<{ location: string }> {
  const { form, response } = shown
  if (refuseForgery(context, request, form) !== null) throw new Failure('csrf_refused')
  const { access } = context
  const { origin } = access.outside(request)
  const tried = await tryLogin(context, request, reply, form, (remembers) =>
    finishPasskeyLogin(
      access.context,
      { ticket: form['ticket'] ?? '', response },
      gatePlace(context, request, remembers),
      origin,
    ),
  )
  if (tried === 'failed') throw new Failure('database_away')
  if (tried !== 'done') throw new Failure('login_refused')
  return { location: safeLocation(context, request, form['rd'] ?? '/') }
}
