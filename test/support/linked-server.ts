import { decodeBase32 } from '../../src/otp/base32.ts'
import { createOwnDatabase } from './own-database.ts'
import { caller, createStore, initialise, startTestServer } from './server.ts'
import { startTcpLink, type TcpLink } from './tcp-link.ts'

/** A server with the realm `shop`, whose line to PostgreSQL is ours to cut. */
export interface LinkedServer {
  readonly url: string
  /** The database itself, past the line. */
  readonly databaseUrl: string
  readonly link: TcpLink
  /** Calls the API with the root token. */
  readonly call: ReturnType<typeof caller>
  /** Adds a subject to the realm; answers its secret. */
  enrol(name: string): Promise<Uint8Array>
  verify(name: string, code: string): ReturnType<ReturnType<typeof caller>>
  /** The status of `/readyz`. */
  ready(): Promise<number>
  remove(): Promise<void>
}

/** Starts one on a database of its own. */
export async function startLinkedServer(): Promise<LinkedServer> {
  const database = await createOwnDatabase()
  const link = await startTcpLink(Number(new URL(database.url).port))
  const linked = new URL(database.url)
  linked.port = String(link.port)
  const store = createStore(database.url)
  const { rootToken } = initialise(store)
  const server = await startTestServer({ ...store.variables, WATCHWORD_DATABASE_URL: linked.href })
  const call = caller(server, rootToken)
  await call('POST', '/v1/realms', { name: 'shop' })
  return {
    url: server.url,
    databaseUrl: database.url,
    link,
    call,
    async enrol(name) {
      await call('POST', '/v1/realms/shop/subjects', { name })
      const { body } = await call('POST', `/v1/realms/shop/subjects/${name}/enrolment`)
      return decodeBase32(String(body['secretBase32']))
    },
    verify: (name, code) => call('POST', `/v1/realms/shop/subjects/${name}/verify`, { code }),
    ready: async () => (await fetch(`${server.url}/readyz`)).status,
    async remove() {
      link.mend()
      await server.kill()
      await link.close()
      await database.drop()
      store.remove()
    },
  }
}
