import { Failure } from '../../errors/failure.ts'
import { askRaw, type RawRequest, type Seen } from './raw-request.ts'

/** One thing looked at through the live proxy. */
export interface ProbeFinding {
  readonly level: 'ok' | 'warning' | 'error'
  readonly check: string
  readonly message: string
}

const clockToleranceMs = 5000
const slowMs = 2000
const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'user-agent': 'watchword-gate-doctor' }

/** Sends marked requests to a guarded address and says what a stranger gets. */
export async function probeProxy(address: string, now: () => number): Promise<ProbeFinding[]> {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('gate_url_unreadable')
  const ask = (path: string, options: RawRequest = {}) => askRaw(url, path, options)
  const plain = await ask(url.pathname + url.search, { headers: browser })
  return [
    guarded(plain),
    loginTarget(plain, url),
    cookieFinding(await ask('/auth/login', { headers: browser }), url),
    forged(
      'forged identity',
      await ask(url.pathname, {
        headers: { ...browser, 'remote-user': 'root', remote_user: 'root', 'remote-groups': 'administrators' },
      }),
    ),
    forged(
      'forged address',
      await ask(url.pathname, {
        headers: {
          ...browser,
          'x-original-url': new URL('/auth/login', url).href,
          'x-forwarded-uri': '/auth/login',
          'x-original-uri': '/auth/login',
        },
      }),
    ),
    bodyFinding(
      await ask(url.pathname, { method: 'POST', body: 'x'.repeat(300_000), headers: { 'content-type': 'text/plain' } }),
    ),
    checkFinding(await ask('/.watchword-check'), await ask('/check/nginx')),
    await pathFinding(ask, url.pathname),
    await keepAliveFinding(ask),
    clockFinding(plain, now()),
  ]
}

function isRefused({ status }: Seen): boolean {
  return (status >= 300 && status < 400) || status === 401 || status === 403
}

function guarded(seen: Seen): ProbeFinding {
  const check = 'guarded'
  if (isRefused(seen)) return { level: 'ok', check, message: `A stranger gets ${seen.status}.` }
  if (seen.status >= 500)
    return {
      level: 'error',
      check,
      message: `The proxy answers ${seen.status}: it cannot reach Watchword, or its check answers what it does not understand.`,
    }
  return {
    level: 'error',
    check,
    message: `A stranger gets ${seen.status}: this address is not guarded. In nginx, a "return" or "satisfy any" in the location answers before the check.`,
  }
}

function loginTarget(seen: Seen, url: URL): ProbeFinding {
  const check = 'way to the login'
  const location = seen.headers.get('location')
  if (location === null)
    return {
      level: 'warning',
      check,
      message: 'A browser is not led to the login: the proxy drops the Location of the check.',
    }
  const target = URL.parse(location, url)
  const back = target?.searchParams.get('rd') ?? target?.searchParams.get('orig_path')
  if (target === null || !target.pathname.startsWith('/auth/'))
    return { level: 'error', check, message: `A browser is led to ${location}, which is no login of ours.` }
  if (back === null || back === undefined)
    return {
      level: 'warning',
      check,
      message: 'The login does not know where to lead back to: everybody lands on / afterwards.',
    }
  return { level: 'ok', check, message: `A browser is led to ${target.origin}${target.pathname} and back.` }
}

function cookieFinding(seen: Seen, url: URL): ProbeFinding {
  const check = 'login page'
  if (seen.status !== 200 || !seen.text.includes('/auth/login'))
    return {
      level: 'error',
      check,
      message: `/auth/login answers ${seen.status}: the proxy does not pass /auth/ to Watchword, or guards it.`,
    }
  if (url.protocol === 'http:')
    return {
      level: 'warning',
      check,
      message: 'The login travels over plain HTTP; its cookie is refused by browsers unless it may be insecure.',
    }
  return { level: 'ok', check, message: 'The login page is reached over HTTPS.' }
}

function forged(check: string, seen: Seen): ProbeFinding {
  if (isRefused(seen)) return { level: 'ok', check, message: 'Headers a visitor makes up change nothing.' }
  return {
    level: 'error',
    check,
    message: `Made-up headers get ${seen.status}: the proxy passes them to the check. Use the printed configuration.`,
  }
}

function bodyFinding(seen: Seen): ProbeFinding {
  const check = 'body off'
  if (!isRefused(seen))
    return { level: 'error', check, message: `A large POST gets ${seen.status} instead of a refusal.` }
  if (seen.elapsedMs > slowMs)
    return {
      level: 'warning',
      check,
      message: 'A large POST is refused slowly: switch the body off for the check (proxy_pass_request_body off).',
    }
  return { level: 'ok', check, message: 'A large POST is refused at once.' }
}

function checkFinding(internal: Seen, direct: Seen): ProbeFinding {
  const check = 'check kept inside'
  const isOpen = [internal, direct].some(({ status }) => status >= 200 && status < 300)
  if (isOpen)
    return {
      level: 'error',
      check,
      message: 'The check can be asked from outside: mark its location internal and route only /auth/.',
    }
  return { level: 'ok', check, message: 'The check cannot be asked from outside.' }
}

async function pathFinding(ask: (path: string) => Promise<Seen>, path: string): Promise<ProbeFinding> {
  const check = 'odd paths'
  const spellings = [
    `/auth/..%2f${path.slice(1)}`,
    `/${path}`,
    `/.${path}`,
    `/auth/../${path.slice(1)}`,
    `/auth/%2e%2e${path}`,
  ]
  for (const spelling of spellings) {
    const seen = await ask(spelling)
    if (seen.status === 200 && !seen.text.includes('/auth/style.css'))
      return { level: 'error', check, message: `${spelling} gets 200 without a login.` }
  }
  return { level: 'ok', check, message: 'Encoded dots and doubled slashes open nothing.' }
}

async function keepAliveFinding(ask: (path: string) => Promise<Seen>): Promise<ProbeFinding> {
  const check = 'speed'
  const times = []
  for (let round = 0; round < 10; round += 1) times.push((await ask('/')).elapsedMs)
  const middle = times.toSorted((a, b) => a - b)[5] ?? 0
  if (middle > 500)
    return {
      level: 'warning',
      check,
      message: `A check takes ${Math.round(middle)} ms: keep connections to Watchword open (keepalive in the upstream).`,
    }
  return { level: 'ok', check, message: `A refusal takes ${Math.round(middle)} ms.` }
}

function clockFinding(seen: Seen, nowMs: number): ProbeFinding {
  const check = 'clock'
  const toldMs = Date.parse(seen.headers.get('date') ?? '')
  if (Number.isNaN(toldMs)) return { level: 'warning', check, message: 'The proxy does not tell its time.' }
  const apartMs = Math.abs(toldMs - nowMs)
  if (apartMs > clockToleranceMs)
    return {
      level: 'error',
      check,
      message: `The proxy's clock and this one are ${Math.round(apartMs / 1000)} s apart: codes and cookies will be refused.`,
    }
  return { level: 'ok', check, message: 'The clocks agree.' }
}
