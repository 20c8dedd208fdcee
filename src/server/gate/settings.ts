import type { Environment } from '../http/environment.ts'
import { canonicalHost } from './host.ts'
import { type CookieArea, parseCookieArea } from './cookie-area.ts'

/** How the gate is set up, from the environment alone: nobody changes it over HTTP. */
export interface GateSettings {
  readonly rulesFile: string | null
  readonly cookieName: string
  readonly cookieArea: CookieArea
  /** False only for trials over plain HTTP, with a warning at every start. */
  readonly isCookieSecure: boolean
  readonly absoluteMs: number
  readonly idleMs: number
  /** How long "remember me" lasts; 0 takes the choice away. */
  readonly rememberMs: number
  /** `never` answers 401 where a browser would be redirected, for proxies that follow redirects themselves (P38). */
  readonly redirect: 'auto' | 'never'
  /** A file with one Base32 secret: login by code alone, without any person. */
  readonly codeOnlySecretFile: string | null
  readonly theme: GateTheme
}

/** How the portal looks. Texts are escaped; colours are checked. */
export interface GateTheme {
  readonly title: string
  readonly logoFile: string | null
  readonly accent: string
  /** Null for the usual one, in the visitor's language. */
  readonly greeting: string | null
  readonly footer: string
}

const hourMs = 3_600_000

/** Reads `WATCHWORD_GATE_…` and simpleotp's COOKIEARREA, COOKIEAREA, cookie_area and TOKEN_LIFETIME. */
export function readGateSettings(environment: Environment): GateSettings {
  const lifetimeSeconds = environment.integer('TOKEN_LIFETIME', 60, 31_536_000)
  const absoluteHours = environment.integer('WATCHWORD_GATE_SESSION_HOURS', 1, 8760)
  return {
    rulesFile: environment.path('WATCHWORD_GATE_RULES'),
    cookieName: readCookieName(environment),
    cookieArea: readCookieArea(environment),
    isCookieSecure: environment.flag('WATCHWORD_GATE_COOKIE_SECURE') ?? true,
    absoluteMs: absoluteHours === null ? (lifetimeSeconds ?? 86_400) * 1000 : absoluteHours * hourMs,
    idleMs: (environment.integer('WATCHWORD_GATE_IDLE_MINUTES', 1, 525_600) ?? 24 * 60) * 60_000,
    rememberMs: (environment.integer('WATCHWORD_GATE_REMEMBER_DAYS', 0, 365) ?? 30) * 24 * hourMs,
    redirect: environment.oneOf('WATCHWORD_GATE_REDIRECT', ['auto', 'never']) ?? 'auto',
    codeOnlySecretFile: environment.path('WATCHWORD_GATE_TOTP_SECRET_FILE'),
    theme: readTheme(environment),
  }
}

function readCookieName(environment: Environment): string {
  const name = environment.text('WATCHWORD_GATE_COOKIE_NAME') ?? environment.text('cookie_name') ?? 'watchword'
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return name
  environment.refuse('WATCHWORD_GATE_COOKIE_NAME has letters, digits, - and _ only')
  return 'watchword'
}

const areaNames = ['WATCHWORD_GATE_COOKIE_AREA', 'cookie_area', 'COOKIEAREA', 'COOKIEARREA']

function readCookieArea(environment: Environment): CookieArea {
  const name = areaNames.find((candidate) => environment.text(candidate) !== null)
  if (name === undefined) return { kind: 'currentdomain' }
  const allowed = environment.list('WATCHWORD_GATE_ORIGIN_DOMAINS')
  for (const domain of allowed)
    if (canonicalHost(domain) === null)
      environment.refuse(`WATCHWORD_GATE_ORIGIN_DOMAINS has ${domain}, which is no domain`)
  const area = parseCookieArea(environment.text(name) ?? '', allowed)
  if (area !== null) return area
  environment.refuse(`${name} is currentdomain, origindomain or a domain that is no public suffix`)
  return { kind: 'currentdomain' }
}

function readTheme(environment: Environment): GateTheme {
  const accent = environment.text('WATCHWORD_GATE_ACCENT') ?? '#8c2f1b'
  if (!/^#[0-9a-f]{6}$/i.test(accent)) environment.refuse('WATCHWORD_GATE_ACCENT is a colour such as #8c2f1b')
  return {
    title: environment.text('WATCHWORD_GATE_TITLE') ?? 'Watchword',
    logoFile: environment.path('WATCHWORD_GATE_LOGO_FILE'),
    accent,
    greeting: environment.text('WATCHWORD_GATE_GREETING'),
    footer: environment.text('WATCHWORD_GATE_FOOTER') ?? '',
  }
}
