import { type CallOptions, createClient, type Given, type Got, isRefusal } from '../../../src/client/index.ts'
import { type Endpoint, type Me, readMe } from '../contract.ts'
import { moment, serverClock } from './clock.ts'
import { saysSessionEnded } from './trouble.ts'

type Listener = () => void
const sessionEnded = new Set<Listener>()
let session: Pick<Me, 'csrfToken' | 'person'> | null = null

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

const client: PlainClient = createClient({ baseUrl: '', csrfToken: () => session?.csrfToken ?? null })

/** Keeps whose page this is, and the token that proves a change comes from it. */
export function keepSession(me: Me): void {
  session = me
}

/** Hears that the session is over. */
export function onSessionEnded(listener: Listener): () => void {
  sessionEnded.add(listener)
  return () => sessionEnded.delete(listener)
}

/** Says that the session is over. */
export function saySessionEnded(): void {
  for (const listener of sessionEnded) listener()
}

/** The parts an endpoint takes, none of them forced: forms fill them as they go. */
export type Ask<E extends Endpoint> = Given<E>

/**
 * Asks the server; every answer that carries its time sets this page's clock.
 *
 * @throws what the client library throws; `troubleOf` makes words of it
 */
export async function call<E extends Endpoint>(endpoint: E, ask?: Ask<E>, options: CallOptions = {}): Promise<Got<E>> {
  try {
    return await callOnce(endpoint, ask, options).catch(async (thrown: unknown) => {
      if (!isRefusal(thrown, 'csrf_refused') || !(await isLoggedInAnew())) throw thrown
      return callOnce(endpoint, ask, options)
    })
  } catch (thrown) {
    if (saysSessionEnded(thrown)) saySessionEnded()
    throw thrown
  }
}

async function callOnce<E extends Endpoint>(
  endpoint: E,
  ask: Ask<E> | undefined,
  options: CallOptions,
): Promise<Got<E>> {
  const sentAt = moment()
  const timeoutMs = slow.has(endpoint.name) ? slowTimeoutMs : usualTimeoutMs
  const answer = await client.call(endpoint, ask, { timeoutMs, ...options })
  if (isTimed(answer)) serverClock.learn(answer.serverTimeMs, sentAt)
  return answer as Got<E>
}

/** Whether our person has a new session, from another tab of this browser; its token is kept. */
async function isLoggedInAnew(): Promise<boolean> {
  const now = await callOnce(readMe, undefined, {})
  const isNew = now.csrfToken !== session?.csrfToken && now.person !== null
  if (!isNew || now.person?.id !== session?.person?.id) return false
  keepSession(now)
  return true
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
