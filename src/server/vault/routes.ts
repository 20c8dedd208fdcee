import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as api from '../../api/accounts.ts'
import * as aws from '../../api/aws-mfa.ts'
import * as intake from '../../api/intake.ts'
import type { Router } from '../http/router.ts'
import type { Vault } from './vault.ts'

/** The importers' 10 MB in Base64, and a little around it. */
const fileBodyLimit = 14 * 1024 * 1024
/** Ten thousand chosen entries. */
const listBodyLimit = 1024 * 1024

/** Puts the vault at its addresses. */
export function vaultRoutes({ route, whenStopping }: Router, vault: Vault): void {
  whenStopping(() => vault.endWaits())
  route(api.listAccounts, ({ actor, query }) => vault.list(actor, query))
  route(api.createAccount, ({ actor, body }) => vault.add(actor, body))
  route(api.readAccount, ({ actor, params }) => vault.read(actor, params.account))
  route(api.updateAccount, ({ actor, params, body }) => vault.update(actor, params.account, body))
  route(api.deleteAccount, ({ actor, params }) => vault.remove(actor, params.account))
  route(api.restoreAccount, ({ actor, params }) => vault.restore(actor, params.account))
  route(api.setFavourite, ({ actor, params, body }) => vault.favourite(actor, params.account, body.favourite))

  route(aws.enrolAwsMfa, ({ actor, body }) => vault.enrolAwsMfa(actor, body))
  route(aws.listAwsMfa, ({ actor, body }) => vault.listAwsMfa(actor, body))
  route(aws.rotateAwsMfa, ({ actor, params, body }) => vault.rotateAwsMfa(actor, params.account, body))

  route(api.replaceSecret, ({ actor, params, body }) => vault.replaceSecret(actor, params.account, body))
  route(api.undoReplaceSecret, ({ actor, params }) => vault.undoReplacement(actor, params.account))

  route(api.revealCode, ({ actor, params, body, request, reply }) =>
    vault.reveal(actor, params.account, {
      ...body,
      idempotencyKey: idempotencyKeyOf(request),
      ...(body.minSeconds === undefined ? {} : { signal: whenGone(reply), askerNow: () => request.askerNow() }),
    }),
  )
  route(api.registerCodes, ({ actor, params }) => vault.registerCodes(actor, params.account))
  route(api.accountEvents, async ({ actor, params, request, reply }) => {
    await vault.read(actor, params.account)
    reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no')
    reply.send(Readable.from(vault.watch(() => request.askerNow(), params.account, whenGone(reply))))
  })

  route(api.listGrants, ({ actor, params, query }) => vault.grants(actor, params.account, query))
  route(api.createGrant, ({ actor, params, body }) => vault.grant(actor, params.account, body))
  route(api.deleteGrant, ({ actor, params }) => vault.ungrant(actor, params.account, params.grant))

  route(api.listCustody, ({ actor, params, query }) => vault.custody(actor, params.account, query))
  route(api.listReveals, ({ actor, params, query }) => vault.reveals(actor, params.account, query))
  route(api.countReveals, ({ actor, params }) => vault.revealCounts(actor, params.account))
  route(intake.readIntake, ({ actor, params }) => vault.intake(actor, params.account))
  route(intake.noteIntake, ({ actor, params, body }) => vault.noteIntake(actor, params.account, body))
  route(api.readImage, ({ actor, body }) => vault.preview(actor, body), { bodyLimit: fileBodyLimit })
  route(api.addCandidates, ({ actor, params, body }) => vault.addPreviewed(actor, params.batch, body), {
    bodyLimit: listBodyLimit,
  })
  route(api.listRotations, ({ actor, query }) => vault.rotations(actor, query))
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const given = request.headers['idempotency-key']
  return typeof given === 'string' && given !== '' ? given : undefined
}

/** Fires when the connection closes before or after the answer. */
function whenGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
