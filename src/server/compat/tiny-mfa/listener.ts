import type { RequestListener, Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { createListener } from '../../http/listener.ts'
import { pathIn, refuseUnreadable } from '../../http/unread.ts'
import { tinyMfaPaths } from './unread.ts'

/** Whatever comes here is for this door, whichever path it names. */
const owners = [{ ...tinyMfaPaths, path: '' }]

/**
 * A second listener that answers for this door alone: clients of go-tiny-mfa keep their port.
 *
 * @throws what the system says where it cannot listen there
 */
export async function listenForTinyMfa(app: FastifyInstance, host: string, port: number): Promise<Server> {
  await app.ready()
  const handler: RequestListener = (request, response) => {
    if (pathIn(request.url ?? '').startsWith(tinyMfaPaths.path)) app.routing(request, response)
    else response.writeHead(404, notFoundHeaders).end(notFound)
  }
  const server = createListener(handler, { owners })
  server.on('clientError', refuseUnreadable(owners))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  app.log.info(`tinymfa starts serving on port ${portOf(server)}, beside the server's own`)
  return server
}

function portOf(server: Server): number | null {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : null
}

const notFound = '{"success":false,"message":"404 page not found"}\n'
const notFoundHeaders = { ...tinyMfaPaths.unread?.headers, 'content-length': notFound.length }
