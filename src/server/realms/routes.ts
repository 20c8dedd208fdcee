import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import * as realmApi from '../../api/realms.ts'
import * as subjectApi from '../../api/subjects.ts'
import * as bulkApi from '../../api/bulk.ts'
import { drawQrPng, drawQrSvg } from '../../qr/draw.ts'
import { outsideView } from '../access/origin.ts'
import { writeCursor, readCursor } from '../http/cursor.ts'
import type { Call, Router } from '../http/router.ts'
import type { By } from '../subjects/audited.ts'
import type { Endpoint } from '../../api/endpoint.ts'
import { readBulkFile } from './bulk-file.ts'
import type { Realms } from './realms.ts'

const bulkBodyLimit = 32 * 1024 * 1024

/** Puts realms, subjects and enrolment at their addresses; `verifyRoute` stands apart. */
export function realmRoutes(router: Router, rooms: Realms): void {
  realmsAt(router, rooms)
  subjectsAt(router, rooms)
  enrolmentAt(router, rooms)
  linksAt(router, rooms)
  bulkAt(router, rooms)
}

function realmsAt({ route }: Router, { realms }: Realms): void {
  route(realmApi.listRealms, ({ actor, query }) => realms.list(actor, query))
  route(realmApi.createRealm, (call) => realms.create(byOf(call), call.body))
  route(realmApi.readRealm, ({ actor, params }) => realms.read(actor, params.realm))
  route(realmApi.updateRealm, (call) => realms.update(byOf(call), call.params.realm, call.body))
  route(realmApi.deleteRealm, (call) => realms.remove(byOf(call), call.params.realm))
}

function subjectsAt({ route }: Router, { office }: Realms): void {
  route(subjectApi.listSubjects, ({ actor, params, query }) => office.list(actor, params.realm, query))
  route(subjectApi.createSubject, (call) => office.create(byOf(call), call.params.realm, call.body))
  route(subjectApi.readSubject, ({ actor, params }) => office.read(actor, params))
  route(subjectApi.updateSubject, (call) => office.update(byOf(call), call.params, call.body))
  route(subjectApi.deleteSubject, (call) => office.remove(byOf(call), call.params))
  route(subjectApi.resyncSubject, (call) => office.resync(byOf(call), call.params, call.body))
  route(subjectApi.liftSubject, (call) => office.lift(byOf(call), call.params))
}

function enrolmentAt({ route }: Router, { office, look }: Realms): void {
  route(subjectApi.enrolSubject, (call) => office.enrol(byOf(call), call.params))
  route(subjectApi.readEnrolment, (call) => office.readEnrolment(byOf(call), call.params))
  route(subjectApi.cancelEnrolment, (call) => office.cancelEnrolment(byOf(call), call.params))
  route(subjectApi.confirmEnrolment, (call) => office.confirm(byOf(call), call.params, call.body.code))
  route(subjectApi.enrolmentQrPng, async (call) => {
    const { otpauthUri } = await office.readEnrolment(byOf(call), call.params)
    sendPicture(call.reply, 'image/png', Buffer.from(drawQrPng(otpauthUri, { ...(await look()), sizePixels: 320 })))
  })
  route(subjectApi.enrolmentQrSvg, async (call) => {
    const { otpauthUri } = await office.readEnrolment(byOf(call), call.params)
    sendPicture(call.reply, 'image/svg+xml', drawQrSvg(otpauthUri, await look()))
  })
}

function linksAt({ route }: Router, { links, config }: Realms): void {
  const outside = outsideView(config)
  route(subjectApi.createEnrolmentLink, (call) => links.create(byOf(call), call.params, outside(call.request).origin))
  route(subjectApi.openEnrolmentLink, (call) => links.open(byOf(call), call.body.token))
  route(subjectApi.confirmEnrolmentLink, (call) => links.confirm(byOf(call), call.body.token, call.body.code))
}

function bulkAt({ route }: Router, { office, bulk }: Realms): void {
  route(
    bulkApi.bulkEnrol,
    async (call) => {
      const realm = await office.enrollable(call.actor, call.params.realm)
      return bulk.begin(byOf(call), realm, await readBulkFile(call.body), call.body.dryRun ?? false)
    },
    { bodyLimit: bulkBodyLimit },
  )
  route(bulkApi.listBulkJobs, async ({ actor, params, query }) =>
    bulk.list(await office.enrollable(actor, params.realm), query),
  )
  route(bulkApi.readBulkJob, async ({ actor, params, query }) => {
    const realm = await office.enrollable(actor, params.realm)
    const limit = query.limit ?? 100
    const [after = 0] = query.cursor === undefined ? [] : readCursor(query.cursor, ['number'])
    const which = { after: Number(after), limit, exceptionsOnly: query.exceptions ?? false }
    const { job, rows, total } = await bulk.read(realm, params.job, which)
    const next = Number(after) + rows.length
    return { job, rows, ...(next < total ? { nextCursor: writeCursor([next]) } : {}) }
  })
  route(bulkApi.watchBulkJob, async ({ actor, params, request, reply }) => {
    const realm = await office.enrollable(actor, params.realm)
    await bulk.read(realm, params.job, { after: 0, limit: 0, exceptionsOnly: false })
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const mayWatch = async () => (await office.enrollable(await request.askerNow(), params.realm)).id === realm.id
    reply.type('text/event-stream').header('x-accel-buffering', 'no')
    reply.send(Readable.from(bulk.watch(realm, params.job, { signal: gone.signal, mayWatch })))
  })
}

// Names alone stand in the address, and nobody keeps the answer (T52).
function sendPicture(reply: FastifyReply, media: string, picture: Buffer | string): void {
  reply.type(media).header('cache-control', 'no-store').send(picture)
}

function byOf<E extends Endpoint>({ actor, address }: Call<E>): By {
  return { actor, address, door: 'api' }
}
