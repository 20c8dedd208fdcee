import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as api from '../../api/operation.ts'
import { Failure } from '../../errors/failure.ts'
import { mayReadMetrics, requireAdministrator, requireAuditor } from '../access/rights.ts'
import { actorId, actorName } from '../http/actor.ts'
import type { Router } from '../http/router.ts'
import { beginDataRotation, finishDataRotation } from '../keys/rotation.ts'
import { type KeyStatus, readKeyStatus } from '../keys/status.ts'
import type { OpenCore } from '../open-core.ts'
import { databaseTimeMs } from '../database/time.ts'
import { findings } from './findings.ts'
import { countStored } from './metrics.ts'
import type { LiveSettings } from './settings.ts'

/** What the operation's routes are made from. */
export interface OperationParts {
  readonly core: OpenCore
  readonly settings: LiveSettings
  readonly startedAtMs: number
  /** False while the server drains: a balancer must send nobody here. */
  readonly isServing: () => boolean
}

/** Settings, health and keys for administrators. */
export function operationRoutes({ route }: Router, { core, settings, startedAtMs }: OperationParts): void {
  route(api.readSettings, async ({ actor }) => {
    requireAdministrator(actor)
    return settings.read()
  })
  route(api.updateSettings, async ({ actor, body }) => {
    requireAdministrator(actor)
    return settings.update(actor, body)
  })
  route(api.readHealth, async ({ actor, request }) => {
    requireAuditor(actor)
    const { services, storage, config } = core
    return {
      version: config.version,
      engine: storage.engine,
      startedAtMs,
      serverTimeMs: services.clock.nowMs(),
      databaseTimeMs: await databaseTimeMs(storage),
      findings: await findings(core, config, { request }),
    }
  })
  route(api.readKeys, async ({ actor }) => {
    requireAdministrator(actor)
    const status = await readKeyStatus(core)
    return {
      rootKeyId: status.rootKeyId,
      dataKeys: status.dataKeys.map(({ values, ...key }) => ({ ...key, sealedCount: values })),
      rotation: status.isRotationUnfinished ? progressOf(status) : null,
    }
  })
  let isRotating = false
  route(api.rotateKeys, async ({ actor, address }) => {
    requireAdministrator(actor)
    if (isRotating) return { started: false }
    isRotating = true
    const by = { actorKind: actor.kind, actorId: actorId(actor), actorName: actorName(actor), address }
    const stopped = () => (isRotating = false)
    const begun = await beginDataRotation(core, by).catch((error: unknown) => {
      stopped()
      throw error
    })
    void finishDataRotation(core, begun, { by })
      .catch((error: unknown) =>
        core.services.log.error({ err: error }, 'key rotation stopped; run it again to finish'),
      )
      .finally(stopped)
    return { started: true }
  })
}

// What retired keys still seal is what is left to do.
function progressOf({ dataKeys }: KeyStatus): { kind: 'data'; done: number; total: number } {
  const sum = (keys: KeyStatus['dataKeys']) => keys.reduce((values, key) => values + key.values, 0)
  return { kind: 'data', done: sum(dataKeys.filter(({ retiredAtMs }) => retiredAtMs === null)), total: sum(dataKeys) }
}

// Monitors ask by HEAD as often as by GET (RFC 9110 section 9.3.2), and a 404 would be an alarm.
const withHead = { exposeHeadRoute: true }

/** `/healthz`, `/readyz` and `/metrics`: for balancers and collectors, without detail. */
export function probeRoutes(app: FastifyInstance, { core, isServing }: OperationParts): void {
  app.get('/healthz', withHead, (_request, reply) => reply.type('text/plain').send('ok\n'))
  app.get('/readyz', withHead, async (_request, reply) => {
    try {
      if (!isServing()) throw new Failure('server_stopping')
      await core.storage.ping()
      return await reply.type('text/plain').send('ready\n')
    } catch {
      return reply.code(503).type('text/plain').send('not ready\n')
    }
  })
  app.get('/metrics', async (request, reply) => {
    if (!isOfThisMachine(request) && !mayReadMetrics(request.actor)) {
      throw new Failure(request.actor.kind === 'stranger' ? 'login_needed' : 'forbidden')
    }
    await countStored(core)
    const { registry } = core.services.metrics
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}

// A proxy on this machine makes strangers look local; its forwarded header gives them away.
function isOfThisMachine({ address, headers }: FastifyRequest): boolean {
  return (address === '127.0.0.1' || address === '::1') && headers['x-forwarded-for'] === undefined
}
