import { connect, type Socket } from 'node:net'
import { type Initialised, createStore, initialise, startTestServer } from './server.ts'
import { brokenRequest, type BrokenRequest, unrouted } from './broken-request.ts'
import { type Address, knownRoutes } from './known-routes.ts'
import { seededRandom } from './seeded-random.ts'

/** What a fuzz run found. `faults` hold the shape of a request, enough to run it again by its seed. */
export interface FuzzReport {
  readonly requests: number
  readonly answered: number
  readonly faults: readonly string[]
  /** How many addresses there are, all of which were asked. */
  readonly addresses: number
}

const atOnce = 16
/** A request nobody answers within this is a fault; the time itself is not judged. */
const patienceMs = 30_000
const mostFaults = 20
const mostTries = 5

/** Sends broken requests to every address of a server of its own, over raw sockets that tidy nothing up. */
export async function fuzzHttp(options: { requests: number; seed: number }): Promise<FuzzReport> {
  const addresses = [...(await knownRoutes()), ...unrouted]
  const store = createStore()
  try {
    const made = initialise(store)
    const server = await startTestServer({ ...store.variables, WATCHWORD_LOG_LEVEL: 'silent' })
    try {
      return await fuzzAt(server.port, made, addresses, options)
    } finally {
      await server.kill()
    }
  } finally {
    store.remove()
  }
}

async function fuzzAt(
  port: number,
  { rootToken }: Initialised,
  addresses: readonly Address[],
  { requests, seed }: { requests: number; seed: number },
): Promise<FuzzReport> {
  const random = seededRandom(seed)
  const faults: string[] = []
  let begun = 0
  let answered = 0
  const work = async () => {
    while (begun < requests && faults.length < mostFaults) {
      const number = begun
      begun += 1
      // Each address in its turn, so that none is left to chance.
      const address = addresses[number % addresses.length] ?? random.pick(addresses)
      const request = brokenRequest(random, address, rootToken, number)
      const answer = await sendPatiently(port, request)
      const fault = faultOf(request, answer)
      if (answer !== '' || request.mayBeCutOff) answered += 1
      if (fault !== null) faults.push(`${number}: ${fault} to ${request.shape}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { requests: begun, answered, faults, addresses: addresses.length }
}

// A wait that is over (503 with Retry-After) is one of load, which a busy machine brings about, and no answer yet.
async function sendPatiently(port: number, request: BrokenRequest): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(port, request)
    if (tries === mostTries || !/^HTTP\/1\.1 503 [^]*?^retry-after:/im.test(answer)) return answer
  }
}

/** What a form keeps of what was typed: in its fields, and nothing in it could be taken for markup. */
const keptInFields = / value="[^"<>]*"/g

// A marker in an answer is an echo.
function faultOf({ marker, mayBeCutOff }: BrokenRequest, answer: string): string | null {
  if (answer === '') return mayBeCutOff ? null : 'no answer'
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]
  if (status === undefined) return 'no status line'
  if (status.startsWith('5')) return `status ${status}`
  if (status.startsWith('4') && answer.replaceAll(keptInFields, '').includes(marker)) return `an echo under ${status}`
  return null
}

// Node.js gives up on whoever closes their side before the answer begins, so only a request that was cut off on purpose
// ends there at once; the others end when the answer comes.
function send(port: number, { bytes, mayBeCutOff }: BrokenRequest): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(chunks).toString('latin1'))
    }
    const timer = setTimeout(finish, patienceMs)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      socket.end()
      // Server-sent events never end by themselves.
      if (chunk.includes('text/event-stream')) finish()
    })
    socket.on('error', finish)
    socket.on('close', finish)
    if (mayBeCutOff) socket.end(bytes)
    else socket.write(bytes)
  })
}
