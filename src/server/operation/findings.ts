import type { FastifyRequest } from 'fastify'
import { dirname, resolve } from 'node:path'
import { statSync } from 'node:fs'
import type { Failure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import { movedOnMs } from '../backup/move.ts'
import type { Config } from '../config.ts'
import { schemaVersion } from '../database/migrations/migrations.ts'
import { readSchemaVersion } from '../database/schema-version.ts'
import { databaseTimeMs } from '../database/time.ts'
import { spaceFindings } from './space-finding.ts'
import { redirectFinding } from './redirect-finding.ts'
import { sealedFinding } from './sealed-finding.ts'

/** One thing `doctor` and the console's health page looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  readonly check: string
  readonly message: string
}

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
    ...configFindings(config),
    await redirectFinding(core.storage.db, config, request ?? null),
    ...fileFindings(config),
    await clockFinding(core),
    await databaseFinding(core),
    ...spaceFindings(config),
    await schemaFinding(core),
    ...(await movedFindings(core)),
    { level: 'ok', check: 'root key', message: `It opens this database (${core.keyRing.rootKeyId}).` },
    await sealedFinding(core, (values) => onProgress(`sealed secrets: ${values}`)),
    await auditFinding(core, onProgress),
  ]
}

/** The same for a store that does not open: why not, and what can be seen from outside. */
export function findingsOfUnopened(config: Config, { code, message }: Failure): Finding[] {
  const check = code.startsWith('root_key') ? 'root key' : 'database'
  return [
    ...configFindings(config),
    ...fileFindings(config),
    ...spaceFindings(config),
    { level: 'error', check, message },
  ]
}

/** What the configuration alone tells. */
export function configFindings(config: Config): Finding[] {
  return [
    addressFinding(config),
    publicUrlFinding(config),
    proxyFinding(config),
    gateFinding(config),
    keyFinding(config),
  ]
}

function addressFinding(config: Config): Finding {
  const check = 'listen address'
  if (config.isLoopback || config.hasTls)
    return { level: 'ok', check, message: `Listens on ${config.host}:${config.port}.` }
  if (config.allowPlainHttp) {
    return {
      level: 'warning',
      check,
      message: 'Plain HTTP is allowed beyond this machine: passphrases and codes travel in the clear. Use TLS.',
    }
  }
  return {
    level: 'ok',
    check,
    message: `Listens on ${config.host} without TLS of its own; a proxy in front must bring it, or nobody can log in.`,
  }
}

function publicUrlFinding({ publicUrl, isLoopback }: Config): Finding {
  const check = 'outside address'
  if (publicUrl === null) {
    const message =
      'WATCHWORD_PUBLIC_URL is not set: redirects and links follow each request. Set it once people log in through a proxy.'
    return { level: isLoopback ? 'ok' : 'warning', check, message }
  }
  if (publicUrl.startsWith('http:'))
    return { level: 'warning', check, message: `${publicUrl} is plain HTTP; use https.` }
  return { level: 'ok', check, message: `Links and redirects use ${publicUrl}.` }
}

function proxyFinding({ trustedProxies, isLoopback }: Config): Finding {
  const check = 'trusted proxies'
  if (trustedProxies.length > 0)
    return { level: 'ok', check, message: `Forwarded headers count from ${trustedProxies.join(', ')}.` }
  const message =
    'WATCHWORD_TRUSTED_PROXIES is empty: forwarded headers are ignored, and behind a proxy every visitor has its address.'
  return { level: isLoopback ? 'ok' : 'warning', check, message }
}

function gateFinding({ gate }: Config): Finding {
  const check = 'gate cookie'
  if (gate.isCookieSecure) return { level: 'ok', check, message: 'The gate cookie travels over HTTPS only.' }
  return {
    level: 'warning',
    check,
    message:
      'WATCHWORD_GATE_COOKIE_SECURE=false: whoever listens can take over a gate session. Use it for trials only.',
  }
}

function keyFinding(config: Config): Finding {
  const check = 'root key place'
  const { rootKey } = config
  if (rootKey.kind !== 'file')
    return { level: 'ok', check, message: 'The root key comes from outside the data directory.' }
  const sharesFolder = config.databaseUrl === undefined && resolve(dirname(rootKey.path)) === resolve(config.dataDir)
  if (!sharesFolder)
    return { level: 'ok', check, message: `The root key lies in ${rootKey.path}, apart from the database.` }
  const message = `Root key and database share ${config.dataDir}: whoever copies the folder can open every secret. Set WATCHWORD_ROOT_KEY_FILE elsewhere, and back the key up apart.`
  return { level: 'warning', check, message }
}

function fileFindings(config: Config): Finding[] {
  const check = 'data directory'
  if (config.databaseUrl !== undefined) return []
  const stat = statSync(config.dataDir, { throwIfNoEntry: false })
  if (stat === undefined)
    return [{ level: 'error', check, message: `${config.dataDir} is not there. \`watchword init\` makes it.` }]
  const isOpen = process.platform !== 'win32' && (stat.mode & 0o077) !== 0
  if (isOpen)
    return [
      {
        level: 'warning',
        check,
        message: `${config.dataDir} can be read by others on this machine. chmod 700 mends it.`,
      },
    ]
  return [{ level: 'ok', check, message: `${config.dataDir} is ours alone.` }]
}

async function clockFinding({ storage, services }: Core): Promise<Finding> {
  const check = 'clock'
  const askedAtMs = services.clock.nowMs()
  const databaseMs = await databaseTimeMs(storage)
  if (databaseMs === null)
    return {
      level: 'ok',
      check,
      message: `This server says ${new Date(askedAtMs).toISOString()}. Compare with a clock you trust.`,
    }
  const apartMs = Math.abs(databaseMs - (askedAtMs + services.clock.nowMs()) / 2)
  if (apartMs <= clockToleranceMs) return { level: 'ok', check, message: 'Server and database agree on the time.' }
  return {
    level: 'error',
    check,
    message: `Server and database are ${Math.round(apartMs / 1000)} s apart: right codes will be refused. Synchronise both with NTP.`,
  }
}

async function databaseFinding({ storage }: Core): Promise<Finding> {
  await storage.ping()
  return {
    level: 'ok',
    check: 'database',
    message: storage.engine === 'sqlite' ? 'SQLite answers.' : 'PostgreSQL answers.',
  }
}

async function schemaFinding({ storage }: Core): Promise<Finding> {
  const check = 'schema'
  const found = await readSchemaVersion(storage)
  if (found >= schemaVersion)
    return { level: 'ok', check, message: `The schema is ${found}, as this program writes it.` }
  const message = `The schema is ${found}; this program knows ${schemaVersion}. Write a backup, then start the server: it upgrades the store. Until then commands of this version refuse to change it.`
  return { level: 'warning', check, message }
}

async function movedFindings(core: Core): Promise<Finding[]> {
  const atMs = await movedOnMs(core)
  if (atMs === null) return []
  const message = `This store moved to another database on ${new Date(atMs).toISOString().slice(0, 10)} and is closed. Name that database, and keep this one as a copy only.`
  return [{ level: 'error', check: 'database', message }]
}

async function auditFinding({ audit }: Core, onProgress: (what: string) => void): Promise<Finding> {
  const check = 'audit chain'
  onProgress('audit chain: every event is verified')
  const { whole, events, problems } = await audit.verify()
  if (whole) return { level: 'ok', check, message: `The chain of ${events} events is whole.` }
  return { level: 'error', check, message: `The chain is broken: ${problems[0] ?? 'see `watchword audit verify`'}` }
}
