import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** What the app behind the proxy saw of a request. */
export interface Echo {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly bodyBytes: number
}

/** An app that answers what it saw, as JSON, echoes websocket messages, and leads from `/leads-to?URL` there. */
export interface EchoApp {
  readonly port: number
  close(): Promise<void>
}

export async function startEchoApp(): Promise<EchoApp> {
  const server = createServer((request, response) => {
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => (bodyBytes += chunk.length))
    request.on('end', () => {
      const [path, query = ''] = (request.url ?? '').split('?')
      if (path === '/leads-to') return response.writeHead(302, { location: decodeURIComponent(query) }).end()
      const seen: Echo = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, bodyBytes }
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(seen))
    })
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
