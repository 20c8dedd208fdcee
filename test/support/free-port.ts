import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the system hands out by itself, so that nobody else is given one in between. */
const [lowest, highest] = [20_000, 32_000]
/** Each process of a run takes from a share of its own: two that look at the same moment never find the same port. */
const shares = 12
const shareSize = (highest - lowest) / shares
const first = lowest + (Number(process.env['VITEST_POOL_ID'] ?? 0) % shares) * shareSize

let next = Math.floor(Math.random() * shareSize)

/**
 * A port for programs that cannot be told to choose one, or that come back at the port they had: free a moment ago,
 * and nobody's who listens on 0.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % shareSize)
    const probe = createServer()
    probe.listen(port, '127.0.0.1')
    // A port that is taken rejects.
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}
