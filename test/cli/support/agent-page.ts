import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { AgentHome } from './agent-home.ts'

/** The agent's web page, running. */
export interface AgentPage {
  readonly startUrl: string
  readonly origin: string
  /** The session cookie of whoever opened the start link first. */
  open(): Promise<string>
  get(path: string, cookie?: string, headers?: Record<string, string>): Promise<Response>
  post(path: string, body: object | FormData, cookie?: string, headers?: Record<string, string>): Promise<Response>
  stop(): Promise<void>
}

/** Starts `watchword agent web` and waits for its link. */
export async function startAgentPage(home: AgentHome, args: readonly string[] = []): Promise<AgentPage> {
  const [file = '', ...before] = home.command
  const child = spawn(file, [...before, 'agent', 'web', ...args], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const startUrl = await firstLine(child)
  const { origin } = new URL(startUrl)
  const headersWith = (cookie: string | undefined, headers: Record<string, string>) =>
    cookie === undefined ? headers : { Cookie: cookie, ...headers }
  return {
    startUrl,
    origin,
    async open() {
      const answer = await fetch(startUrl, { redirect: 'manual' })
      return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
    },
    get: (path, cookie, headers = {}) =>
      fetch(origin + path, { headers: headersWith(cookie, headers), redirect: 'manual' }),
    post(path, body, cookie, headers = {}) {
      const isForm = body instanceof FormData
      const sent = { Origin: origin, ...(isForm ? {} : { 'Content-Type': 'application/json' }), ...headers }
      const content = isForm ? body : JSON.stringify(body)
      return fetch(origin + path, {
        method: 'POST',
        headers: headersWith(cookie, sent),
        body: content,
        redirect: 'manual',
      })
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The page has no standard output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('The page ended before it printed its link')
}
