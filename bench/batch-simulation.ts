import { parseArgs } from 'node:util'
import { seededRandom } from '../test/support/seeded-random.ts'

/**
 * What a formula does not tell of docs/scale.md: how long verdicts wait when servers decide in batches over one
 * database, as load nears what they carry. `node bench/batch-simulation.ts --rate 20000 --servers 3 --commit 2`
 */
interface Setup {
  /** Verifications per second, over all servers. */
  readonly rate: number
  readonly servers: number
  /** Milliseconds a commit takes, however much is in it. */
  readonly commitMs: number
  /** Milliseconds each verdict adds to its batch: opening, matching, rows, audit. */
  readonly itemMs: number
  /** Batches of one server that are under way at once. */
  readonly lanes: number
}

interface Outcome {
  readonly meanBatch: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const arrivals = 200_000

/** Plays one load; every lane takes all that waits when it becomes free. */
function simulate({ rate, servers, commitMs, itemMs, lanes }: Setup): Outcome {
  const random = seededRandom(1)
  const uniform = () => (random.number(2 ** 30) + 1) / (2 ** 30 + 1)
  const perServer = rate / servers / 1000
  const freeAtMs = Array.from({ length: lanes }, () => 0)
  const waits: number[] = []
  let batches = 0
  let atMs = 0
  let queue: number[] = []
  const drainUntil = (untilMs: number) => {
    while (queue.length > 0) {
      const lane = freeAtMs.indexOf(Math.min(...freeAtMs))
      const startMs = Math.max(freeAtMs[lane] ?? 0, queue[0] ?? 0)
      if (startMs > untilMs) return
      const batch = queue.filter((arrivedMs) => arrivedMs <= startMs)
      queue = queue.slice(batch.length)
      const endMs = startMs + commitMs + itemMs * batch.length
      freeAtMs[lane] = endMs
      batches += 1
      for (const arrivedMs of batch) waits.push(endMs - arrivedMs)
    }
  }
  for (let count = 0; count < arrivals; count += 1) {
    atMs += -Math.log(uniform()) / perServer
    drainUntil(atMs)
    queue.push(atMs)
  }
  drainUntil(Number.POSITIVE_INFINITY)
  const sorted = waits.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
  return { meanBatch: arrivals / batches, p50Ms: at(0.5), p99Ms: at(0.99) }
}

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '10000' },
    servers: { type: 'string', default: '1' },
    commit: { type: 'string', default: '2' },
    item: { type: 'string', default: '0.04' },
    lanes: { type: 'string', default: '1' },
  },
})
const { meanBatch, p50Ms, p99Ms } = simulate({
  rate: Number(values.rate),
  servers: Number(values.servers),
  commitMs: Number(values.commit),
  itemMs: Number(values.item),
  lanes: Number(values.lanes),
})
console.log(
  `${meanBatch.toFixed(1)} verdicts a batch, half within ${p50Ms.toFixed(1)} ms, 99 % within ${p99Ms.toFixed(1)} ms`,
)
