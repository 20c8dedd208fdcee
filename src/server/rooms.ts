import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { readFileSync } from 'node:fs'
import type { Settings } from '../api/operation.ts'
import { drawQrSvg } from '../qr/draw.ts'
import type { SessionLimits } from './access/sessions/limits.ts'
import { type Access, createAccess } from './access/access.ts'
import { checkpointNotice } from './access/notices/checkpoint.ts'
import { createNotices, type Notices } from './access/notices/notices.ts'
import { accessPages, accessRoutes } from './access/routes.ts'
import { startRetention } from './audit/retention.ts'
import { consoleRoutes, type ConsoleShell } from './console.ts'
import { lookOf } from './door-parts.ts'
import { doorOperations, doorPaths, doorRoutes } from './doors.ts'
import { createGate, type Gate } from './gate/gate.ts'
import { portalRoutes } from './gate/portal/routes.ts'
import { createApp } from './http/app.ts'
import { type Chain, createChain } from './http/chain.ts'
import { docsRoutes } from './http/docs.ts'
import { createRouter } from './http/router.ts'
import { providerFirst } from './provider-first.ts'
import type { OpenCore } from './open-core.ts'
import { auditRoutes } from './operation/audit-routes.ts'
import { observeAnswers } from './operation/metrics.ts'
import { Herald } from './operation/herald.ts'
import { operationRoutes, probeRoutes } from './operation/routes.ts'
import { LiveSettings } from './operation/settings.ts'
import { createRealms, type Realms, realmRoutes, verifyRoute } from './realms/realms.ts'
import { createSubjects, type Subjects } from './subjects/subjects.ts'
import { createVault, type Vault } from './vault/vault.ts'
import { vaultRoutes } from './vault/routes.ts'

/** Every room over one opened database, without a listener. */
export interface Rooms {
  readonly core: OpenCore
  readonly settings: LiveSettings
  readonly notices: Notices
  readonly subjects: Subjects
  readonly access: Access
  readonly realms: Realms
  readonly vault: Vault
  readonly gate: Gate
  stop(): Promise<void>
}

/** Opens the rooms in the order of the house. */
export async function openRooms(core: OpenCore): Promise<Rooms> {
  const settings = new LiveSettings(core)
  const subjects = createSubjects(core)
  const notices = createNotices({ ...core, mail: core.config.mail })
  core.audit.sendCheckpoints((tx, checkpoint) => notices.post(tx, checkpointNotice(checkpoint)))
  const access = await createAccess({
    ...core,
    subjects,
    notices,
    drawQrSvg,
    variables: core.config.variables,
    sessionLimits: async () => limitsOf(await settings.read()),
  })
  const realms = createRealms(core, subjects, { look: async () => lookOf(await settings.read()) })
  const vault = createVault(core, { notices, aws: core.config.aws, undoMs: async () => (await settings.read()).undoMs })
  access.context.leavers.listen((tx, actor, leaver) => vault.noteLeaver(tx, actor, leaver))
  const gate = await createGate(core, access, core.config.gate, async () => (await settings.read()).doors.gate)
  const stopRetention = startRetention({
    ...core,
    ...core.services,
    days: async () => (await settings.read()).auditRetentionDays,
  })
  const herald = new Herald(core, notices, subjects)
  const stop = async () => {
    await herald.stop()
    stopRetention()
    gate.stop()
    vault.stop()
    await realms.stop()
    await access.stop()
    await notices.stop()
    subjects.close()
  }
  return { core, settings, notices, subjects, access, realms, vault, gate, stop }
}

function limitsOf({ sessionIdleMs, sessionAbsoluteMs }: Settings): SessionLimits {
  return { idleMs: sessionIdleMs, absoluteMs: sessionAbsoluteMs }
}

/** How an application differs between the server and a command that works on the store itself. */
export interface RoomsAppOptions {
  readonly logger: FastifyBaseLogger
  readonly isServing: () => boolean
  /** Asked before the rooms' own authenticators. */
  readonly chain?: Chain
}

/** The native API over the rooms, not listening yet. */
export async function createRoomsApp(
  rooms: Rooms,
  { logger, isServing, chain = createChain() }: RoomsAppOptions,
): Promise<FastifyInstance> {
  const { core, settings, access } = rooms
  const { services, config } = core
  chain.authenticators.push(...access.authenticators)
  observeAnswers(services.metrics, chain)
  const tls =
    config.tls === null
      ? {}
      : { tls: { cert: readFileSync(config.tls.certFile, 'utf8'), key: readFileSync(config.tls.keyFile, 'utf8') } }
  let shell: ConsoleShell | null = null
  const app = await createApp({
    services,
    chain,
    logger,
    onRefusal: access.recordDenial,
    showMissing: (request, reply) => shell?.sendMissing(request, reply) ?? false,
    owners: doorPaths,
    // With a listener of its own the gate answers checks there alone.
    ...(config.gateListen === null ? { beforeRouter: rooms.gate.handle } : {}),
    ...tls,
  })
  const router = createRouter(app)
  const operation = { core, settings, startedAtMs: services.clock.nowMs(), isServing }
  accessRoutes(router, access)
  accessPages(app, access)
  realmRoutes(router, rooms.realms)
  verifyRoute(app, rooms.subjects)
  vaultRoutes(router, rooms.vault)
  auditRoutes(router, core.audit)
  operationRoutes(router, operation)
  probeRoutes(app, operation)
  await portalRoutes(app, rooms)
  docsRoutes(app, config.version, doorOperations)
  shell = consoleRoutes(app, { enter: (request) => providerFirst(access, request.actor) })
  await doorRoutes(app, rooms, shell)
  return app
}
