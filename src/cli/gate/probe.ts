import { Failure } from '../../errors/failure.ts'
import { doctorAddress, doctorHeader, readSeen } from '../../server/gate/seen.ts'
import { finding, type ProbeFinding } from './finding.ts'
import { foreignHost, forgedAddress, forgedIdentity } from './forgery.ts'
import { type Ask, askRaw, type RawRequest, type Seen } from './raw-request.ts'
import { browser, isRefused, loginOf, nowhere } from './stranger.ts'
import { seenFindings } from './seen-findings.ts'

/** What is looked at, and with what. */
export interface Probe {
  /** Guarded addresses as visitors reach them; the first one is looked at from every side. */
  readonly addresses: readonly string[]
  /** A gate token, to see what an app gets behind the gate. */
  readonly token?: string
  readonly now: () => number
  /** Ends the look, however slowly answers come. */
  readonly until: AbortSignal
}

const largeBodyBytes = 300_000

/**
 * Sends marked requests to guarded addresses and says what a stranger gets, and what the check saw of it.
 *
 * @throws {@link Failure} `gate_url_unreadable`, and what {@link askRaw} throws
 */
export async function probeProxy({ addresses, token, now, until }: Probe): Promise<ProbeFinding[]> {
  const urls = addresses.map(guardedUrl)
  const [first] = urls
  if (first === undefined) throw new Failure('gate_url_unreadable')
  const ask: Ask = (path, options = {}) => askRaw(first, path, options, until)
  const visits = await Promise.all(urls.map((url) => visitAsStranger(url, until)))
  const posts = await Promise.all(urls.map((url) => visitAsStranger(url, until, { method: 'POST', body: 'doctor' })))
  const guards = visits.flatMap(({ seen, url }, index) => [
    guarded(seen, url),
    ...posts.slice(index, index + 1).map((post) => guarded(post.seen, url, 'POST ')),
    wayToLogin(seen, url),
  ])
  const outside = [loginPage(await ask('/auth/login', { headers: browser })), await checkKeptInside(ask)]
  // Where a stranger passes nobody is asked, and there is nothing else to look at.
  if (visits[0] !== undefined && visits[0].seen.status < 300) return [...guards, ...outside]
  return [
    ...guards,
    ...outside,
    await forgedAddress(ask, first),
    await foreignHost(ask, first),
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

interface Visited {
  readonly url: URL
  readonly seen: Seen
}

async function visitAsStranger(
  url: URL,
  until: AbortSignal,
  options: Omit<RawRequest, 'headers'> = {},
): Promise<Visited> {
  return { url, seen: await askRaw(url, url.pathname + url.search, { headers: browser, ...options }, until) }
}

function guarded(seen: Seen, { pathname }: URL, method: 'POST ' | '' = ''): ProbeFinding {
  const check = `guarded ${method}${pathname}`
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
    `A stranger gets ${seen.status}: this address is not guarded. In nginx, a "return" or "satisfy any" in the location answers before the check; elsewhere, look for a guard that holds for some methods alone.`,
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

function loginPage(seen: Seen): ProbeFinding {
  return finding(
    'login page',
    seen.status === 200 && seen.text.includes('/auth/login'),
    'The login page is reached.',
    `What answers at /auth/login (${seen.status}) is not our login: the proxy does not pass /auth/ to Watchword, or guards it.`,
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
