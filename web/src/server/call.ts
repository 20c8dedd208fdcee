import { type CallOptions, createClient, type Given, type Got } from '../../../src/client/index.ts'
import type { Endpoint } from '../contract.ts'
import { moment, serverClock } from './clock.ts'
import { saysSessionEnded } from './trouble.ts'

type Listener = () => void
const sessionEnded = new Set<Listener>()
let csrfToken: string | null = null

/** People wait on slow networks, too; a server that is gone is noticed at once all the same. */
const usualTimeoutMs = 30_000
/** Large files to send, keys to derive from a password, a whole audit to read. */
const slowTimeoutMs = 300_000
const slow = new Set(['readImage', 'addCandidates', 'bulkEnrol', 'verifyAudit', 'countAudit', 'readHealth'])

/** The client library as hooks use it, which know an endpoint only as a type parameter. */
interface PlainClient {
  call(endpoint: Endpoint, ask?: object, options?: CallOptions): Promise<unknown>
  address(endpoint: Endpoint, ask?: object): string
}

const client: PlainClient = createClient({ baseUrl: '', csrfToken: () => csrfToken })

/** Keeps the token that proves a change comes from our own page; `/v1/me` tells it. */
export function keepCsrfToken(token: string | null): void {
  csrfToken = token
}

/** Hears of every answer that says the session is over. */
export function onSessionEnded(listener: Listener): () => void {
  sessionEnded.add(listener)
  return () => sessionEnded.delete(listener)
}

/** The parts an endpoint takes, none of them forced: forms fill them as they go. */
export type Ask<E extends Endpoint> = Given<E>

/**
 * Asks the server; every answer that carries its time sets this page's clock.
 *
 * @throws what the client library throws; `troubleOf` makes words of it
 */
export async function call<E extends Endpoint>(endpoint: E, ask?: Ask<E>, options: CallOptions = {}): Promise<Got<E>> {
  const sentAt = moment()
  try {
    const timeoutMs = slow.has(endpoint.name) ? slowTimeoutMs : usualTimeoutMs
    const answer = await client.call(endpoint, ask, { timeoutMs, ...options })
    if (isTimed(answer)) serverClock.learn(answer.serverTimeMs, sentAt)
    return answer as Got<E>
  } catch (thrown) {
    if (saysSessionEnded(thrown)) for (const listener of sessionEnded) listener()
    throw thrown
  }
}

/** The address of an endpoint, for a picture, a download or a stream. */
export function addressOf<E extends Endpoint>(endpoint: E, ask?: Ask<E>): string {
  return client.address(endpoint, ask)
}

function isTimed(answer: unknown): answer is { serverTimeMs: number } {
  return (
    typeof answer === 'object' && answer !== null && 'serverTimeMs' in answer && typeof answer.serverTimeMs === 'number'
  )
}
