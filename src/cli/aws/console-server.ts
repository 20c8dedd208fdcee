import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isFailure } from '../../errors/failure.ts'
import { ownConnectionsOf, strangerSentence } from '../agent/loopback-peer.ts'
import type { CliContext } from '../context.ts'

/** The profile that the old page took when none was named. */
const oldDefaultProfile = 'prod-syd-role'

/**
 * Serves `/awslogin?profile=NAME[&format=txt]` on loopback, as awslogin did, until it is stopped.
 *
 * Unlike there, a key is needed: it stands in the address that is printed and is then kept in a cookie, so that no web
 * page can sign in with our roles; another user of the computer, who may have read it from a command line, is refused.
 *
 * @param urlFor - the console's address for a profile
 */
export async function serveConsole(
  context: CliContext,
  port: number,
  urlFor: (profile: string) => Promise<string>,
): Promise<void> {
  const key = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    if (isOwn(request.socket)) void answer(request, response, key, urlFor)
    else reply(response, 403, strangerSentence)
  })
  const isOwn = ownConnectionsOf(server, context.env)
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  context.print(`http://127.0.0.1:${bound}/awslogin?key=${key}&profile=`)
  context.say('Add the name of a profile to this address; later the same browser needs no key. Ctrl-C ends.')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close().closeAllConnections())
  await new Promise<void>((resolve) => server.on('close', resolve))
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
  urlFor: (profile: string) => Promise<string>,
): Promise<void> {
  const url = addressOf(request)
  const refusal = refusalOf(request, url, key)
  if (refusal !== null) return reply(response, refusal.status, refusal.text)
  const { searchParams } = url
  const cookie = `awslogin=${key}; Path=/; HttpOnly; SameSite=Strict`
  try {
    const signIn = await urlFor(searchParams.get('profile') || oldDefaultProfile)
    if (searchParams.get('format') === 'txt') return reply(response, 200, signIn, { 'set-cookie': cookie })
    return reply(response, 302, '', { location: signIn, 'set-cookie': cookie })
  } catch (thrown) {
    const isUnknown = isFailure(thrown, 'aws_profile_unknown')
    return reply(response, isUnknown ? 404 : 502, isFailure(thrown) ? thrown.message : 'Something unexpected happened.')
  }
}

/** The path asked for, as an address of ours; `//` and its like, which any web page may ask for, are no path. */
function addressOf(request: IncomingMessage): URL {
  const ours = 'http://127.0.0.1'
  return new URL(URL.canParse(request.url ?? '', ours) ? (request.url ?? '') : '/', ours)
}

function refusalOf(request: IncomingMessage, url: URL, key: string): { status: number; text: string } | null {
  // A foreign name that points at 127.0.0.1 would let its pages read what we answer.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return { status: 421, text: 'Wrong host' }
  if (request.method !== 'GET' || url.pathname !== '/awslogin') return { status: 404, text: 'Not found' }
  const given =
    url.searchParams.get('key') ?? /(?:^|;\s*)awslogin=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? ''
  const isKnown = timingSafeEqual(hashOf(given), hashOf(key))
  return isKnown ? null : { status: 403, text: 'Use the address that watchword aws console --serve printed.' }
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function reply(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(text)
}
