import type { Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { Failure } from '../../../errors/failure.ts'
import { createHttpServer } from '../../http/node-http.ts'

const prefix = '/api/v1/'

/**
 * A second listener that answers for this door alone: clients of go-tiny-mfa keep their port.
 *
 * @throws {@link Failure} `port_in_use`
 */
export async function listenForTinyMfa(app: FastifyInstance, host: string, port: number): Promise<Server> {
  await app.ready()
  const server = createHttpServer((request, response) => {
    if (request.url?.startsWith(prefix) === true) app.routing(request, response)
    else response.writeHead(404, { 'content-type': 'application/json' }).end(notFound)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Failure('port_in_use', { detail: { port }, cause })))
    server.listen(port, host, resolve)
  })
  return server
}

const notFound = '{"success":false,"message":"404 page not found"}\n'
