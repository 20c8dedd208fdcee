import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a loopback port that can be cut, frozen and mended. */
export interface TcpLink {
  readonly port: number
  /** Ends every connection and refuses new ones, as a database that is gone. */
  cut(): void
  /** Keeps every connection but lets nothing through, as a network that swallows packets. */
  freeze(): void
  mend(): void
  /** From now on the line leads to another port. */
  retarget(port: number): void
  close(): Promise<void>
}

export async function startTcpLink(firstPort: number): Promise<TcpLink> {
  let targetPort = firstPort
  const pairs = new Set<readonly [Socket, Socket]>()
  let state: 'whole' | 'cut' | 'frozen' = 'whole'
  const server = createServer((near) => {
    near.on('error', () => {})
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    const pair = [near, far] as const
    pairs.add(pair)
    const end = () => {
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    far.on('error', end)
    for (const socket of pair) socket.on('close', end)
    if (state === 'frozen') return
    near.pipe(far)
    far.pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const drop = () => {
    for (const [near, far] of pairs) for (const socket of [near, far]) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      state = 'cut'
      drop()
    },
    freeze: () => {
      state = 'frozen'
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
        near.pause()
        far.pause()
      }
    },
    mend: () => {
      // What hung in a frozen line is lost with it.
      if (state === 'frozen') drop()
      state = 'whole'
    },
    retarget: (port) => {
      targetPort = port
      drop()
    },
    close: async () => {
      drop()
      server.close()
      await once(server, 'close')
    },
  }
}
