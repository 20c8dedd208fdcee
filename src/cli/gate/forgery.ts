import { randomBytes } from 'node:crypto'
import { finding, type ProbeFinding } from './finding.ts'
import type { Ask, Seen } from './raw-request.ts'
import { browser, isRefused, loginOf, nowhere } from './stranger.ts'

/** Says the visited address is another one, in the words of every family of proxies. */
export async function forgedAddress(ask: Ask, url: URL): Promise<ProbeFinding> {
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

/**
 * Names another host in `Host`, alone, in a list, and beside a whole address: where the login leads back to that host,
 * rules for any host decide about this app.
 */
export async function foreignHost(ask: Ask, url: URL): Promise<ProbeFinding> {
  const path = url.pathname + url.search
  const whole = new URL(path, url.origin).href
  const tries: readonly (readonly [string, string])[] = [
    [path, nowhere],
    [path, `${url.host},${nowhere}`],
    [path, `${nowhere},${url.host}`],
    [whole, nowhere],
  ]
  const seen = await Promise.all(tries.map(([target, host]) => ask(target, { headers: { ...browser, host } })))
  const believed = tries.filter((_, index) => seen[index] !== undefined && tellsOfNowhere(seen[index], url))
  return finding(
    'foreign host',
    believed.length === 0,
    'No other host can be named for this app.',
    `A visitor can name another host for this app (Host: ${believed.map(([, host]) => host).join(' or ')}), so a rule for that host decides about it. Answer 421 to unknown hosts, and tell the check the host the proxy routes by, as the printed configuration does.`,
  )
}

function tellsOfNowhere(seen: Seen, url: URL): boolean {
  const login = loginOf(seen, url)
  return login !== null && (login.hostname === nowhere || (login.searchParams.get('rd') ?? '').includes(nowhere))
}

const identities = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email', 'Remote_User', 'Remote_Groups']

/** Says to be somebody else beside a token that passes, and looks for it in what the app answers. */
export async function forgedIdentity(ask: Ask, url: URL, token: string | undefined): Promise<ProbeFinding> {
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
