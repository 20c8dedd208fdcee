import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '../test/support/seeded-random.ts'

/**
 * What a formula does not tell of docs/scale.md: how long verdicts wait when servers decide in batches over one
 * database, as load nears what they carry. `node bench/batch-simulation.ts --rate 20000 --servers 3 --commit 2` plays
 * one load; without a rate it prints the table of docs/scale.md.
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

/**
 * Milliseconds of one core that a verdict costs: what one server gave whose only thread was busy throughout.
 *
 * @returns from the row `verify on SQLite` of docs/performance.md
 */
function measuredItemMs(): number {
  const page = readFileSync(join(import.meta.dirname, '../docs/performance.md'), 'utf8')
  const perSecond = /^\| verify on SQLite \| ([\d,]+) verdicts\/s/m.exec(page)?.[1]?.replaceAll(',', '')
  if (perSecond === undefined) throw new Error('docs/performance.md has no row "verify on SQLite"')
  return 1000 / Number(perSecond)
}

/** Waits for shares of what the processor carries, under commits of several lengths. */
function printTable(itemMs: number): void {
  const commits = [0.5, 2, 5]
  console.log(`s = ${itemMs.toFixed(3)} ms, one server carries ${Math.round(1000 / itemMs)} verdicts/s`)
  console.log(`| load | verdicts/s | ${commits.map((commitMs) => `c = ${commitMs} ms: 50 %, 99 %`).join(' | ')} |`)
  console.log(`| --- | --- |${' --- |'.repeat(commits.length)}`)
  for (const load of [0.1, 0.4, 0.8, 0.9]) {
    const rate = (load * 1000) / itemMs
    const cells = commits.map((commitMs) => {
      const { p50Ms, p99Ms } = simulate({ rate, servers: 1, commitMs, itemMs, lanes: 1 })
      return `${p50Ms.toFixed(1)}, ${p99Ms.toFixed(1)} ms`
    })
    console.log(`| ${Math.round(load * 100)} % | ${Math.round(rate / 100) * 100} | ${cells.join(' | ')} |`)
  }
}

const { values } = parseArgs({
  options: {
    rate: { type: 'string' },
    servers: { type: 'string', default: '1' },
    commit: { type: 'string', default: '2' },
    item: { type: 'string', default: String(measuredItemMs()) },
    lanes: { type: 'string', default: '1' },
  },
})
if (values.rate === undefined) printTable(Number(values.item))
else {
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
}
