import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { Failure } from '../errors/failure.ts'
import { type GateSettings, readGateSettings } from './gate/settings.ts'
import { Environment, type Variables } from './http/environment.ts'
import type { Language } from './http/language.ts'
import type { PublicConfig } from './http/services.ts'

/** Where the root key comes from: a file (made at first start), the environment, or a command that prints it. */
export type RootKeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'command'; readonly command: string }

/** What command line flags say; they win over the environment. */
export interface ConfigFlags {
  readonly dataDir?: string | undefined
  readonly host?: string | undefined
  /** As it was typed: it is checked with everything else. */
  readonly port?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly tlsCert?: string | undefined
  readonly tlsKey?: string | undefined
  readonly allowPlainHttp?: boolean | undefined
}

/** How go-tiny-mfa's own variables are understood (protocols/go-tiny-mfa.md section 1). */
export interface TinyMfaConfig {
  /** True when only POSTGRES_ variables say where to run: the door's first start then speaks for the whole server. */
  readonly isMainDoor: boolean
  readonly port: number | null
  readonly verifyTokens: boolean | null
}

/** Everything a server can be told, parsed once, frozen. */
export interface Config extends PublicConfig {
  readonly dataDir: string
  readonly host: string
  readonly port: number
  readonly databaseUrl: string | undefined
  readonly rootKey: RootKeySource
  readonly secretsDir: string
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  readonly gateListen: string | null
  /** How long a stopping server still answers while `/readyz` already sends balancers away. */
  readonly drainSeconds: number
  readonly gate: GateSettings
  readonly tinyMfa: TinyMfaConfig
  readonly logLevel: string
  readonly mail: { readonly smtpUrl: string; readonly from: string; readonly language: Language } | null
  /** Addresses that replace AWS's own, such as VPC endpoints. */
  readonly aws: { readonly iamUrl: string | null; readonly stsUrl: string | null }
  /** What rooms read by themselves: variables of foreign programs and of the gate, never secrets by accident. */
  readonly variables: Variables
}

/**
 * Parses flags and variables into one frozen object.
 *
 * @throws {@link Failure} `config_invalid`, naming every mistake at once
 */
export function readConfig(variables: Variables = process.env, flags: ConfigFlags = {}): Config {
  const environment = new Environment(variables)
  const dataDir = resolve(flags.dataDir ?? environment.path('WATCHWORD_DATA_DIR') ?? 'data')
  const tinyMfa = readTinyMfa(environment, flags)
  const host = flags.host ?? environment.text('WATCHWORD_HOST') ?? (tinyMfa.isMainDoor ? '0.0.0.0' : '127.0.0.1')
  const tls = readTls(environment, flags)
  const secretsDir =
    environment.path('WATCHWORD_SECRETS_DIR') ?? (tinyMfa.isMainDoor ? '/opt/go-tiny-mfa/secrets' : dataDir)
  const config: Config = {
    version: packageJson.version,
    dataDir,
    host,
    port: readPort(environment, flags),
    databaseUrl: readDatabaseUrl(environment, flags),
    rootKey: readRootKey(environment, tinyMfa.isMainDoor ? secretsDir : dataDir),
    secretsDir,
    publicUrl: environment.origin('WATCHWORD_PUBLIC_URL'),
    trustedProxies: readTrustedProxies(environment),
    // totpshare's own switch counts too, where somebody set it.
    allowPlainHttp:
      flags.allowPlainHttp ??
      environment.flag('WATCHWORD_ALLOW_PLAIN_HTTP') ??
      environment.flag('SESSION_COOKIE_SECURE') === false,
    isLoopback: isLoopbackHost(host),
    tls,
    hasTls: tls !== null,
    gateListen: environment.text('WATCHWORD_GATE_LISTEN'),
    drainSeconds: environment.integer('WATCHWORD_DRAIN_SECONDS', 0, 300) ?? 0,
    gate: readGateSettings(environment),
    tinyMfa,
    logLevel: environment.oneOf('WATCHWORD_LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent']) ?? 'info',
    mail: readMail(environment),
    aws: {
      iamUrl: environment.origin('WATCHWORD_AWS_IAM_URL'),
      stsUrl: environment.origin('WATCHWORD_AWS_STS_URL'),
    },
    variables,
  }
  if (environment.mistakes.length > 0) {
    throw new Failure('config_invalid', { detail: { mistakes: environment.mistakes.join('; ') } })
  }
  return Object.freeze(config)
}

/** Whether a listen address is reached from this machine alone. */
function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

// Both are looked at, so that a mistake in either is told with the others.
function readPort(environment: Environment, flags: ConfigFlags): number {
  const named = environment.integer('WATCHWORD_PORT', 0, 65_535)
  return environment.wholeNumber('--port', flags.port ?? null, 0, 65_535) ?? named ?? 8000
}

/** A flag wins: who names a data directory and no address means the database in it, whatever the variables say. */
function readDatabaseUrl(environment: Environment, flags: ConfigFlags): string | undefined {
  const named = environment.text('WATCHWORD_DATABASE_URL') ?? postgresVariables(environment)
  return flags.databaseUrl ?? (flags.dataDir === undefined ? named : undefined)
}

function readTls(environment: Environment, flags: ConfigFlags): Config['tls'] {
  const certFile = flags.tlsCert ?? environment.path('WATCHWORD_TLS_CERT')
  const keyFile = flags.tlsKey ?? environment.path('WATCHWORD_TLS_KEY')
  if (certFile === null && keyFile === null) return null
  const cert = certFile === null ? null : readTlsFile(environment, certFile, (pem) => new X509Certificate(pem))
  const key = keyFile === null ? null : readTlsFile(environment, keyFile, createPrivateKey)
  if (certFile === null || keyFile === null) {
    environment.refuse('TLS needs both a certificate and a key')
    return null
  }
  if (cert !== null && key !== null && !cert.checkPrivateKey(key))
    environment.refuse(`the TLS key ${keyFile} does not belong to the certificate ${certFile}`)
  return { certFile, keyFile }
}

function readTlsFile<T>(environment: Environment, path: string, parse: (pem: string) => T): T | null {
  let pem = ''
  try {
    pem = readFileSync(path, 'utf8')
  } catch {
    environment.refuse(`the TLS file ${path} is not there, or this user may not read it`)
    return null
  }
  try {
    return parse(pem)
  } catch {
    environment.refuse(`the TLS file ${path} does not hold what it should, in PEM and without a passphrase`)
    return null
  }
}

function readRootKey(environment: Environment, folder: string): RootKeySource {
  // The file is made at the first start, so that it need not be there to be named.
  const file = environment.path('WATCHWORD_ROOT_KEY_FILE')
  if (file !== null) return { kind: 'file', path: file }
  const value = environment.text('WATCHWORD_ROOT_KEY')
  if (value !== null) return { kind: 'value', value }
  const command = environment.text('WATCHWORD_ROOT_KEY_COMMAND')
  if (command !== null) return { kind: 'command', command }
  return { kind: 'file', path: join(folder, 'watchword.key') }
}

function readTrustedProxies(environment: Environment): string[] {
  const proxies = environment.list('WATCHWORD_TRUSTED_PROXIES')
  for (const proxy of proxies) {
    if (!isCidr(proxy)) environment.refuse(`WATCHWORD_TRUSTED_PROXIES has ${proxy}, which is no address or network`)
  }
  return proxies
}

function isCidr(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32))
}

function readMail(environment: Environment): Config['mail'] {
  const smtpUrl = environment.text('WATCHWORD_SMTP_URL')
  if (smtpUrl === null) return null
  if (!/^smtps?:$/.test(URL.parse(smtpUrl)?.protocol ?? '')) {
    // The address holds a passphrase: it is not repeated.
    environment.refuse(
      'WATCHWORD_SMTP_URL is no address such as smtp://user:passphrase@host:587; write / in a passphrase as %2F, # as %23, @ as %40',
    )
  }
  return {
    smtpUrl,
    from: environment.text('WATCHWORD_MAIL_FROM') ?? 'watchword@localhost',
    language: readMailLanguage(environment),
  }
}

function readMailLanguage(environment: Environment): Language {
  const language = environment.text('WATCHWORD_MAIL_LANGUAGE') ?? 'en'
  if (language === 'de' || language === 'en') return language
  environment.refuse(`WATCHWORD_MAIL_LANGUAGE is ${language}; mails are written in en or de`)
  return 'en'
}

const tinyMfaVariables = ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_HOST', 'POSTGRES_DB'] as const

function readTinyMfa(environment: Environment, flags: ConfigFlags): TinyMfaConfig {
  const hasAddress = ['WATCHWORD_HOST', 'WATCHWORD_PORT', 'WATCHWORD_DATABASE_URL'].some(
    (name) => environment.text(name) !== null,
  )
  const hasFlag = [flags.host, flags.port, flags.databaseUrl, flags.dataDir].some((flag) => flag !== undefined)
  return {
    isMainDoor: !hasAddress && !hasFlag && tinyMfaVariables.some((name) => environment.text(name) !== null),
    port: environment.integer('WATCHWORD_TINYMFA_PORT', 0, 65_535),
    verifyTokens: environment.flag('WATCHWORD_TINYMFA_VERIFY_TOKENS'),
  }
}

// The four variables of go-tiny-mfa; user and password may hold any character, host may carry a port.
function postgresVariables(environment: Environment): string | undefined {
  const [user, password, host, database] = tinyMfaVariables.map((name) => environment.text(name))
  if (!user && !password && !host && !database) return undefined
  if (!user || !password || !host || !database) {
    const missing = tinyMfaVariables.filter((name) => environment.text(name) === null)
    environment.refuse(`environment variables not defined: ${missing.join(', ')}`)
    return undefined
  }
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}/${encodeURIComponent(database)}`
}
