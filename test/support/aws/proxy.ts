import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

/** A proxy that passes connections on and remembers where to. */
export interface TestProxy {
  readonly origin: string
  /** `host:port` of every connection, in order. */
  readonly passed: string[]
  stop(): Promise<unknown>
}

/** Starts a proxy on loopback that every connection is tunnelled through (CONNECT). */
export async function startProxy(): Promise<TestProxy> {
  const passed: string[] = []
  const server = createServer().on('connect', (request, socket, head: Buffer) => {
    passed.push(request.url ?? '')
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      target.pipe(socket).pipe(target)
    })
    for (const end of [target, socket]) end.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, passed, stop: () => new Promise((resolve) => server.close(resolve)) }
}
