import type { FastifyRequest } from 'fastify'
import { dirname, resolve } from 'node:path'
import { statSync } from 'node:fs'
import type { Failure } from '../../errors/failure.ts'
import { remarkOf } from '../../errors/remarks.ts'
import type { Core } from '../audit/core.ts'
import { movedOnMs } from '../backup/move.ts'
import type { Config } from '../config.ts'
import { schemaVersion } from '../database/migrations/migrations.ts'
import { readSchemaVersion } from '../database/schema-version.ts'
import { databaseTimeMs } from '../database/time.ts'
import { type Finding, finding } from './finding.ts'
import { spaceFindings } from './space-finding.ts'
import { redirectFindings } from './redirect-finding.ts'
import { sealedFinding } from './sealed-finding.ts'

/** Clocks further apart than this make codes fail. */
const clockToleranceMs = 5000

/** Who looks, and how it is followed. */
export interface Looking {
  /** What asked a running server; absent where the store itself is looked at. */
  readonly request?: FastifyRequest
  /** Told what is being looked at where that takes its time: seconds at a million of secrets or events. */
  readonly onProgress?: (what: string) => void
}

/** Looks at everything an operator should know of a running server or of its store. */
export async function findings(
  core: Core,
  config: Config,
  { request, onProgress = () => {} }: Looking = {},
): Promise<Finding[]> {
  return [
    ...configFindings(config, request?.raw.socket.localPort),
    ...(await redirectFindings(core.storage.db, config, request)),
    ...fileFindings(config),
    await clockFinding(core),
    await databaseFinding(core),
    ...spaceFindings(config),
    await schemaFinding(core),
    ...(await movedFindings(core)),
    finding('ok', 'root key', 'root_key_opens', { key: core.keyRing.rootKeyId }),
    await sealedFinding(core, (values) => onProgress(`sealed secrets: ${values}`)),
    await auditFinding(core, onProgress),
  ]
}

/** The same for a store that does not open: why not, and what can be seen from outside. */
export function findingsOfUnopened(config: Config, failure: Failure): Finding[] {
  const check = failure.code.startsWith('root_key') ? 'root key' : 'database'
  return [
    ...configFindings(config),
    ...fileFindings(config),
    ...spaceFindings(config),
    { level: 'error', check, ...remarkOf(failure) },
  ]
}

/**
 * What the configuration alone tells.
 *
 * @param localPort - where a running server was asked: with port 0 the system chose it
 */
function configFindings(config: Config, localPort?: number): Finding[] {
  return [
    addressFinding(config, localPort),
    publicUrlFinding(config),
    proxyFinding(config),
    gateFinding(config),
    keyFinding(config),
  ]
}

function addressFinding({ host, port, isLoopback, hasTls, allowPlainHttp }: Config, localPort: number = port): Finding {
  const check = 'listen address'
  if (isLoopback || hasTls) {
    const shown = port === 0 ? localPort : port
    const name = host.includes(':') ? `[${host}]` : host
    return finding('ok', check, 'listens', { address: shown === 0 ? name : `${name}:${shown}` })
  }
  if (allowPlainHttp) return finding('warning', check, 'listens_in_clear')
  return finding('ok', check, 'listens_behind_proxy', { host })
}

function publicUrlFinding({ publicUrl, isLoopback }: Config): Finding {
  const check = 'outside address'
  if (publicUrl === null) return finding(isLoopback ? 'ok' : 'warning', check, 'public_url_missing')
  if (publicUrl.startsWith('http:')) return finding('warning', check, 'public_url_in_clear', { address: publicUrl })
  return finding('ok', check, 'public_url_fits', { address: publicUrl })
}

function proxyFinding({ trustedProxies, isLoopback }: Config): Finding {
  const check = 'trusted proxies'
  if (trustedProxies.length > 0)
    return finding('ok', check, 'proxies_trusted', { addresses: trustedProxies.join(', ') })
  return finding(isLoopback ? 'ok' : 'warning', check, 'proxies_none')
}

function gateFinding({ gate }: Config): Finding {
  const check = 'gate cookie'
  return gate.isCookieSecure
    ? finding('ok', check, 'gate_cookie_safe')
    : finding('warning', check, 'gate_cookie_in_clear')
}

function keyFinding({ rootKey, databaseUrl, dataDir }: Config): Finding {
  const check = 'root key place'
  if (rootKey.kind !== 'file') return finding('ok', check, 'root_key_outside')
  const sharesFolder = databaseUrl === undefined && resolve(dirname(rootKey.path)) === resolve(dataDir)
  if (!sharesFolder) return finding('ok', check, 'root_key_apart', { path: rootKey.path })
  return finding('warning', check, 'root_key_beside', { folder: dataDir })
}

function fileFindings({ databaseUrl, dataDir: folder }: Config): Finding[] {
  const check = 'data directory'
  if (databaseUrl !== undefined) return []
  const stat = statSync(folder, { throwIfNoEntry: false })
  if (stat === undefined) return [finding('error', check, 'folder_missing', { folder })]
  const isOpen = process.platform !== 'win32' && (stat.mode & 0o077) !== 0
  return [
    isOpen ? finding('warning', check, 'folder_open', { folder }) : finding('ok', check, 'folder_ours', { folder }),
  ]
}

async function clockFinding({ storage, services }: Core): Promise<Finding> {
  const check = 'clock'
  const askedAtMs = services.clock.nowMs()
  const databaseMs = await databaseTimeMs(storage)
  if (databaseMs === null) return finding('ok', check, 'clock_alone', { time: new Date(askedAtMs).toISOString() })
  const apartMs = Math.abs(databaseMs - (askedAtMs + services.clock.nowMs()) / 2)
  if (apartMs <= clockToleranceMs) return finding('ok', check, 'clock_agrees')
  return finding('error', check, 'clock_apart', { seconds: Math.round(apartMs / 1000) })
}

async function databaseFinding({ storage }: Core): Promise<Finding> {
  await storage.ping()
  return finding('ok', 'database', storage.engine === 'sqlite' ? 'sqlite_answers' : 'postgres_answers')
}

async function schemaFinding({ storage }: Core): Promise<Finding> {
  const check = 'schema'
  const found = await readSchemaVersion(storage)
  if (found >= schemaVersion) return finding('ok', check, 'schema_fits', { found })
  return finding('warning', check, 'schema_old', { found, known: schemaVersion })
}

async function movedFindings(core: Core): Promise<Finding[]> {
  const atMs = await movedOnMs(core)
  if (atMs === null) return []
  return [finding('error', 'database', 'store_moved_on', { day: new Date(atMs).toISOString().slice(0, 10) })]
}

async function auditFinding({ audit }: Core, onProgress: (what: string) => void): Promise<Finding> {
  const check = 'audit chain'
  onProgress('audit chain: every event is verified')
  const { whole, events, problems } = await audit.verify()
  if (whole) return finding('ok', check, 'audit_whole', { events })
  return finding('error', check, 'audit_broken', { problem: problems[0] ?? 'see `watchword audit verify`' })
}
