import { type Client, createClient } from '../../client/client.ts'
import type { Actor } from '../../server/http/actor.ts'
import { createChain } from '../../server/http/chain.ts'
import { createRoomsApp } from '../../server/rooms.ts'
import { createLogger } from '../../server/log.ts'
import type { StoreFlags } from '../server-options.ts'
import { userName } from '../user.ts'
import { openStoreRooms } from './store-rooms.ts'

/** A client that talks to the rooms of the store in this very process, as the operator. */
export interface StoreClient {
  readonly client: Client
  close(): Promise<void>
}

/**
 * Opens the store and answers a client of the native API over it, without a socket: commands do the same thing
 * the same way on a store and on a server.
 */
export async function openStoreClient(
  variables: Readonly<Record<string, string | undefined>>,
  flags: StoreFlags,
): Promise<StoreClient> {
  const rooms = await openStoreRooms(variables, flags)
  const operator: Actor = { kind: 'operator', name: userName(), address: '' }
  const chain = createChain()
  chain.authenticators.push(() => operator)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true, chain })
  const injected: typeof fetch = async (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    const { statusCode, headers, rawPayload } = await app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: pathname + search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(typeof init?.body === 'string' ? { payload: init.body } : {}),
    })
    const told = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    )
    return new Response(statusCode === 204 ? null : new Uint8Array(rawPayload), { status: statusCode, headers: told })
  }
  const close = async () => {
    await app.close()
    await rooms.stop()
    await rooms.core.close()
  }
  return { client: createClient({ baseUrl: 'http://store', fetch: injected }), close }
}
