import { expect } from 'vitest'
import { sessionActor } from '../../../src/server/access/authenticators.ts'
import type { AccessContext } from '../../../src/server/access/context.ts'
import { requireSession, type SessionActor } from '../../../src/server/access/proofs.ts'
import { tokenKey } from '../../../src/server/access/token-key.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import type { Browser, House } from './house.ts'

/** Who acts in a browser's session, as a request that was just let in knows them. */
export async function actorIn({ access }: House, browser: Browser): Promise<SessionActor> {
  const live = await access.context.sessions.look(tokenKey([...browser.cookies.values()][0] ?? ''))
  if (live === null) throw new Error('the browser has no session')
  return requireSession(sessionActor(live, '127.0.0.1'))
}

/** The same room, where something happens before the transaction of that number, counted from 1, begins. */
export function happensBefore({ access }: House, count: number, happen: () => Promise<unknown>): AccessContext {
  const { context } = access
  const real = context.storage
  let begun = 0
  const transaction: Storage['transaction'] = async (work) => {
    begun += 1
    if (begun === count) expect(await happen()).toMatchObject({ status: expect.toSatisfy(isDone) })
    return real.transaction(work)
  }
  const recordChange = real.recordChange.bind(real)
  const watched = { transaction: { value: transaction }, recordChange: { value: recordChange } }
  return { ...context, storage: Object.create(real, watched) as Storage }
}

function isDone(status: unknown): boolean {
  return typeof status === 'number' && status < 300
}
