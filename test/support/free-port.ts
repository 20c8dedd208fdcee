import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the system hands out by itself, so that nobody else is given one in between. */
const [lowest, highest] = [20_000, 32_000]

/** A port for programs that cannot be told to choose one: free a moment ago, and nobody's who listens on 0. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest))
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
