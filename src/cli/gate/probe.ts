import { randomBytes } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'
import { doctorAddress, doctorHeader, readSeen } from '../../server/gate/seen.ts'
import { finding, type ProbeFinding } from './finding.ts'
import { askRaw, type RawRequest, type Seen } from './raw-request.ts'
import { seenFindings } from './seen-findings.ts'

/** What is looked at, and with what. */
export interface Probe {
  /** Guarded addresses as visitors reach them; the first one is looked at from every side. */
  readonly addresses: readonly string[]
  /** A gate token, to see what an app gets behind the gate. */
  readonly token?: string
  readonly now: () => number
}

type Ask = (path: string, options?: RawRequest) => Promise<Seen>

const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'user-agent': 'watchword-gate-doctor' }
const largeBodyBytes = 300_000

/** Sends marked requests to guarded addresses and says what a stranger gets, and what the check saw of it. */
export async function probeProxy({ addresses, token, now }: Probe): Promise<ProbeFinding[]> {
  const urls = addresses.map(guardedUrl)
  const [first] = urls
  if (first === undefined) throw new Failure('gate_url_unreadable')
  const ask: Ask = (path, options = {}) => askRaw(first, path, options)
  const visits = await Promise.all(urls.map(visitAsStranger))
  const guards = visits.flatMap(({ seen, url }) => [guarded(seen, url), wayToLogin(seen, url)])
  const outside = [loginPage(await ask('/auth/login', { headers: browser })), await checkKeptInside(ask)]
  // Where a stranger passes nobody is asked, and there is nothing else to look at.
  if (visits[0] !== undefined && visits[0].seen.status < 300) return [...guards, ...outside]
  return [
    ...guards,
    ...outside,
    await forgedAddress(ask, first),
    await forgedIdentity(ask, first, token),
    ...(await whatTheCheckSaw(ask, first, now)),
    await oddPaths(ask, first.pathname),
  ]
}

function guardedUrl(address: string): URL {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('gate_url_unreadable')
  return url
}

async function visitAsStranger(url: URL): Promise<{ readonly url: URL; readonly seen: Seen }> {
  return { url, seen: await askRaw(url, url.pathname + url.search, { headers: browser }) }
}

function isRefused({ status }: Seen): boolean {
  return (status >= 300 && status < 400) || status === 401 || status === 403
}

function guarded(seen: Seen, { pathname }: URL): ProbeFinding {
  const check = `guarded ${pathname}`
  if (seen.status >= 500)
    return {
      level: 'error',
      check,
      message: `The proxy answers ${seen.status}: it cannot reach Watchword, or its check answers what it does not understand.`,
    }
  return finding(
    check,
    isRefused(seen),
    `A stranger gets ${seen.status}.`,
    `A stranger gets ${seen.status}: this address is not guarded. In nginx, a "return" or "satisfy any" in the location answers before the check.`,
  )
}

function wayToLogin(seen: Seen, url: URL): ProbeFinding {
  const check = `way to the login ${url.pathname}`
  const login = loginOf(seen, url)
  if (login === null)
    return {
      level: 'warning',
      check,
      message: 'A browser is not led to the login: the proxy drops the Location of the check.',
    }
  if (!login.pathname.startsWith('/auth/'))
    return { level: 'error', check, message: `A browser is led to ${login.href}, which is no login of ours.` }
  if (!login.searchParams.has('rd') && !login.searchParams.has('orig_path'))
    return {
      level: 'warning',
      check,
      message: 'The login does not know where to lead back to: everybody lands on / afterwards.',
    }
  return { level: 'ok', check, message: `A browser is led to ${login.origin}${login.pathname} and back.` }
}

function loginOf(seen: Seen, url: URL): URL | null {
  const location = seen.headers.get('location')
  return location === null ? null : URL.parse(location, url)
}

function loginPage(seen: Seen): ProbeFinding {
  return finding(
    'login page',
    seen.status === 200 && seen.text.includes('/auth/login'),
    'The login page is reached.',
    `What answers at /auth/login (${seen.status}) is not our login: the proxy does not pass /auth/ to Watchword, or guards it.`,
  )
}

/** Says the visited address is another one, in the words of every family of proxies. */
async function forgedAddress(ask: Ask, url: URL): Promise<ProbeFinding> {
  const elsewhere = new URL('/auth/login', url)
  const said = {
    'x-original-url': elsewhere.href,
    'x-original-uri': elsewhere.pathname,
    'x-original-method': 'OPTIONS',
    'x-forwarded-uri': elsewhere.pathname,
    'x-forwarded-method': 'OPTIONS',
    'x-forwarded-host': 'doctor.invalid',
  }
  const seen = await ask(url.pathname + url.search, { headers: { ...browser, ...said } })
  const back = loginOf(seen, url)?.searchParams.get('rd') ?? null
  return finding(
    'forged address',
    isRefused(seen) && (back === null || URL.parse(back)?.href === url.href),
    'Headers with another address change nothing.',
    `Made-up headers decide which address is judged (${seen.status}): the proxy passes the visitor's X-Original-URL or X-Forwarded-* to the check. Set them in the location of the check, as the printed configuration does.`,
  )
}

const identities = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email', 'Remote_User', 'Remote_Groups']

/** Says to be somebody else beside a token that passes, and looks for it in what the app answers. */
async function forgedIdentity(ask: Ask, url: URL, token: string | undefined): Promise<ProbeFinding> {
  const check = 'forged identity'
  if (token === undefined)
    return { level: 'skipped', check, message: 'Give --token-file with a gate token to see what the app behind gets.' }
  const mark = randomBytes(6).toString('hex')
  const said = Object.fromEntries(identities.map((name, index) => [name, `doctor-${mark}-${index}-`]))
  const seen = await ask(url.pathname + url.search, { headers: { ...said, authorization: `Bearer ${token}` } })
  if (seen.status >= 300)
    return {
      level: 'warning',
      check,
      message: `The token does not pass (${seen.status}), so the app could not be looked at.`,
    }
  const told = [...seen.headers].flat().join('\n') + seen.text
  const arrived = identities.filter((_, index) => told.includes(`doctor-${mark}-${index}-`))
  return finding(
    check,
    arrived.length === 0,
    'The app shows nothing of made-up identity headers.',
    `Made-up ${arrived.join(', ')} reach the app: whoever is logged in can be anybody there. Set or remove these headers in the proxy.`,
  )
}

async function whatTheCheckSaw(ask: Ask, visited: URL, now: () => number): Promise<ProbeFinding[]> {
  const path = visited.pathname + visited.search
  const headers = { ...browser, [doctorHeader]: '1', 'x-forwarded-for': doctorAddress }
  const portal = loginOf(await ask(path, { headers }), visited)
  const plain = portal === null ? null : readSeen(portal)
  if (portal === null || plain === null) return [nothingSeen]
  const body = 'x'.repeat(largeBodyBytes)
  const large = await ask(path, { method: 'POST', body, headers: { ...headers, 'content-type': 'text/plain' } })
  const posted = loginOf(large, visited)
  return seenFindings({ plain, posted: posted === null ? null : readSeen(posted), visited, portal, nowMs: now() })
}

const nothingSeen: ProbeFinding = {
  level: 'skipped',
  check: 'body, connections, cookie, clock',
  message:
    'The check told nothing of itself: the proxy drops X-Watchword-Doctor or the Location of the check, or asks /auth/check. Use the printed configuration.',
}

const nowhere = 'doctor.invalid'
const aboutNowhere = {
  'x-original-url': `https://${nowhere}/`,
  'x-original-method': 'GET',
  'x-forwarded-host': nowhere,
  'x-forwarded-proto': 'https',
  'x-forwarded-uri': '/',
  'x-forwarded-method': 'GET',
}

/** A check that is asked directly judges the address it is told, and answers nginx without a body. */
async function checkKeptInside(ask: Ask): Promise<ProbeFinding> {
  const internal = await ask('/.watchword-check')
  const direct = await Promise.all(
    ['/check/nginx', '/check/forward'].map((path) => ask(path, { headers: aboutNowhere })),
  )
  const isOpen =
    (internal.headers.has('x-watchword-login') && internal.text === '') ||
    [internal, ...direct].some(({ status }) => status >= 200 && status < 300) ||
    direct.some(({ headers }) => headers.get('x-watchword-login')?.includes(nowhere))
  return finding(
    'check kept inside',
    !isOpen,
    'The check cannot be asked from outside.',
    'The check can be asked from outside: mark its location internal and route only /auth/.',
  )
}

async function oddPaths(ask: Ask, path: string): Promise<ProbeFinding> {
  const rest = path.slice(1)
  const spellings = [`/auth/..%2f${rest}`, `/${path}`, `/.${path}`, `/auth/../${rest}`, `/auth/%2e%2e${path}`]
  const seen = await Promise.all(spellings.map((spelling) => ask(spelling)))
  const open = spellings.filter(
    (_, index) => seen[index]?.status === 200 && !seen[index].text.includes('/auth/style.css'),
  )
  return finding(
    'odd paths',
    open.length === 0,
    'Encoded dots and doubled slashes open nothing.',
    `${open.join(', ')} gets 200 without a login.`,
  )
}
