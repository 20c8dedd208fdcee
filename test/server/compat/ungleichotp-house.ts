import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { bootstrap } from '../../../src/server/compat/ungleichotp/bootstrap.ts'
import { ungleichotpDoor } from '../../../src/server/compat/ungleichotp/door.ts'
import type { Variables } from '../../../src/server/http/environment.ts'
import type { TestEngine } from '../../support/engines.ts'
import { type DoorHouse, openDoorHouse, type Reply, send } from './doors.ts'

/** What the door says to a caller it does not know, to one who may not, and of a name that is taken. */
export const wrongCredentials = { detail: 'Incorrect authentication credentials.' }
export const notPermitted = { detail: 'You do not have permission to perform this action.' }
export const notUnique = { non_field_errors: ['The fields name, realm must make a unique set.'] }

/** An entry as the door shows it. */
export interface Entry {
  readonly name: string
  readonly realm: string
  readonly seed: string
  readonly id: number
}

/** The door with its first entry. */
export interface UngleichHouse extends DoorHouse {
  /** The first entry of ungleich-admin. */
  readonly admin: Entry
  ask(method: string, path: string, fields: unknown, type?: string): Promise<Reply>
  /** The caller's triple in the extended form. */
  auth(entry: Entry): { auth_name: string; auth_realm: string; auth_token: string }
  code(entry: Entry, steps?: number): string
  create(name: string, realm: string): Promise<Entry>
}

export async function openUngleich(engine: TestEngine, variables: Variables = {}): Promise<UngleichHouse> {
  const house = await openDoorHouse(engine)
  await ungleichotpDoor(house.app, house, variables)
  const { entry } = await bootstrap(house, variables, { name: 'root' })
  const admin = { ...entry, id: 1 }
  const code: UngleichHouse['code'] = ({ seed }, steps = 0) =>
    totp(decodeBase32(seed), house.core.clock.nowMs() + steps * 30_000)
  const auth: UngleichHouse['auth'] = (caller) => ({
    auth_name: caller.name,
    auth_realm: caller.realm,
    auth_token: code(caller),
  })
  const ask: UngleichHouse['ask'] = (method, path, fields, type = 'application/json') =>
    send(house.app, method, `/ungleichotp${path}`, {
      ...(fields === undefined ? {} : { body: typeof fields === 'string' ? fields : JSON.stringify(fields) }),
      headers: { 'content-type': type },
    })
  const create: UngleichHouse['create'] = async (name, realm) =>
    (await ask('POST', '/', { ...auth(admin), name, realm })).body as Entry
  return { ...house, admin, code, auth, ask, create }
}

/** What version 0.6 of the client sends to ask about somebody. */
export function asks(door: UngleichHouse, caller: Entry, about: Entry, steps = 0) {
  const own = { name: caller.name, realm: caller.realm, token: door.code(caller) }
  return { ...own, verifyname: about.name, verifyrealm: about.realm, verifytoken: door.code(about, steps) }
}
