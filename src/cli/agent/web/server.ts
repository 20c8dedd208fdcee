import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isFailure } from '../../../errors/failure.ts'
import { ownConnectionsOf, strangerSentence } from '../loopback-peer.ts'
import { type Answer, failed, json, page, redirect, safetyHeaders, statusOf } from './answers.ts'
import { ownHosts, refusalOf } from './guard.ts'
import * as handlers from './handlers.ts'
import { addPage, messagePage } from './pages.ts'
import { pageScript } from './script.ts'
import { WebSession } from './session.ts'
import { pageStyle } from './style.ts'

/** A running web page. */
export interface WebServer {
  /** The link that opens it, once. */
  readonly startUrl: string
  readonly server: Server
}

const mostBodyBytes = 12 * 1024 * 1024

/** Where to listen. Whatever the address, only the names of this computer are answered. */
export interface WebAddress {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

/** Serves the page. */
export async function startWebServer(room: handlers.WebRoom, { host, port }: WebAddress): Promise<WebServer> {
  const server = createServer({ requestTimeout: 30_000 })
  const isOwn = ownConnectionsOf(server, room.context.env)
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, host, resolve))
  const { port: bound } = server.address() as AddressInfo
  const hosts = ownHosts(bound)
  const session = new WebSession(bound)
  const answer = (request: IncomingMessage) => answerTo(room, session, hosts, request)
  server.on('request', (request, response) => {
    void respond(isOwn(request.socket) ? answer : refuseStranger, request, response)
  })
  return { server, startUrl: `http://127.0.0.1:${bound}/start?token=${session.startToken}` }
}

async function respond(
  answerTo: (request: IncomingMessage) => Promise<Answer>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(request).catch(failed)
  const headers = { ...safetyHeaders, 'Content-Type': answer.type, ...answer.headers }
  // What is left of a body that was refused is not waited for.
  if (!request.complete) response.setHeader('Connection', 'close')
  response.writeHead(answer.status, headers).end(answer.body)
}

/** What another user of this computer gets, whatever was asked: the link still works once for its owner. */
async function refuseStranger(): Promise<Answer> {
  return page(messagePage('Not for you', strangerSentence), 403)
}

async function answerTo(
  room: handlers.WebRoom,
  session: WebSession,
  hosts: readonly string[],
  request: IncomingMessage,
): Promise<Answer> {
  const { host, origin, cookie, 'sec-fetch-site': fetchSite } = request.headers
  const refusal = refusalOf({ method: request.method, host, origin, fetchSite: fetchSite?.toString() }, hosts)
  if (refusal !== null) return json({ error: 'This page answers only to its own address.' }, refusal)
  const url = new URL(request.url ?? '/', `http://${host}`)
  if (url.pathname === '/start') return start(session, url.searchParams.get('token') ?? '')
  if (!session.isOpenedBy(cookie)) {
    return page(messagePage('Not signed in', 'Open the link that `watchword agent web` printed. It works once.'), 401)
  }
  return request.method === 'GET' ? get(room, url.pathname).catch(asPage) : postTo(room, url.pathname, request)
}

/** What a person asked for with their browser fails as a page, not as JSON. */
function asPage(thrown: unknown): Answer {
  if (!isFailure(thrown)) throw thrown
  return page(messagePage('The store cannot be shown', thrown.message), statusOf(thrown))
}

function start(session: WebSession, token: string): Answer {
  const cookie = session.start(token)
  if (cookie !== null) return redirect('/', { 'Set-Cookie': cookie })
  const sentence = 'This link was used already, or is not complete. Start `watchword agent web` again.'
  return page(messagePage('Used already', sentence), 403)
}

/** simpleotp's addresses lead to the same pages. */
async function get(room: handlers.WebRoom, path: string): Promise<Answer> {
  switch (path) {
    case '/':
    case '/auth/list':
      return handlers.showList(room)
    case '/add':
    case '/auth/add':
      return page(addPage())
    case '/page.css':
      return { status: 200, type: 'text/css; charset=utf-8', body: pageStyle }
    case '/page.js':
    case '/auth/otpgen.js':
      return { status: 200, type: 'text/javascript; charset=utf-8', body: pageScript() }
    default:
      return page(messagePage('Nothing here', 'There is nothing at this address.'), 404)
  }
}

async function postTo(room: handlers.WebRoom, path: string, request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request)
  if (body === null) return json({ error: 'That is too large.' }, 413)
  switch (path) {
    case '/reveal':
      return handlers.reveal(room, parseJson(body))
    case '/totpgen':
      return handlers.revealForSimpleotp(room, parseJson(body))
    case '/unlock':
      return handlers.unlock(room, parseJson(body), 'passphrase')
    case '/totpgpgkey':
      return handlers.unlock(room, parseJson(body), 'secretpass')
    case '/preview':
      return handlers.preview(room, parseJson(body))
    case '/lock':
      return handlers.lock(room)
    case '/add':
    case '/auth/add':
      return handlers.add(room, await parseForm(body, request.headers['content-type'] ?? ''))
    default:
      return json({ error: 'There is nothing at this address.' }, 404)
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > mostBodyBytes) return null
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}

/** Both kinds of form a browser sends; anything else is an empty form. */
async function parseForm(body: Buffer, contentType: string): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'Content-Type': contentType } }).formData()
  } catch {
    return new FormData()
  }
}
