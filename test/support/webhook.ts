import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A notice as it arrived. */
export interface Arrived {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver of webhooks on loopback. */
export interface WebhookReceiver {
  readonly url: string
  readonly arrived: Arrived[]
  /** Status of the next answers; 204 unless set. */
  status: number
  stop(): Promise<void>
}

/** Starts a receiver, on a given port when one that stopped comes back; it stops when the test ends. */
export async function startWebhookReceiver(port = 0): Promise<WebhookReceiver> {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      arrived.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      response.writeHead(receiver.status, { location: 'http://127.0.0.1:1/elsewhere' }).end('a long secret answer')
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(stop)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const receiver: WebhookReceiver = { url, arrived, status: 204, stop }
  return receiver
}
