import type { FastifyRequest } from 'fastify'
import { dirname, resolve } from 'node:path'
import { statSync } from 'node:fs'
import type { Core } from '../audit/core.ts'
import type { Config } from '../config.ts'
import { databaseTimeMs } from '../database/time.ts'
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

/** Looks at everything an operator should know of a running server, asked by `request`, or of its store. */
export async function findings(core: Core, config: Config, request: FastifyRequest | null = null): Promise<Finding[]> {
  return [
    ...configFindings(config),
    await redirectFinding(core.storage.db, config, request),
    ...fileFindings(config),
    await clockFinding(core),
    await databaseFinding(core),
    await sealedFinding(core),
    await auditFinding(core),
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

async function auditFinding({ audit }: Core): Promise<Finding> {
  const check = 'audit chain'
  const { whole, events, problems } = await audit.verify()
  if (whole) return { level: 'ok', check, message: `The chain of ${events} events is whole.` }
  return { level: 'error', check, message: `The chain is broken: ${problems[0] ?? 'see `watchword audit verify`'}` }
}
