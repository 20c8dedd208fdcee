import { parseOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { totp } from '../../../src/otp/totp.ts'
import { readQrCodes } from '../../../src/qr/read.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import type { TestEngine } from '../../support/engines.ts'
import { type DoorHouse, mintToken, openDoorHouse, type Reply, send } from './doors.ts'

/** The user of the manual's quickstart. */
export const demo = '/api/v1/issuer/issuer.local/users/demo'

/** The door with its root token. */
export interface TinyMfaHouse extends DoorHouse {
  readonly root: string
  ask(method: string, url: string, body?: unknown, token?: string | null): Promise<Reply>
}

export async function openTinyMfa(engine: TestEngine): Promise<TinyMfaHouse> {
  const house = await openDoorHouse(engine)
  await tinyMfaDoor(house.app, house)
  const root = await mintToken(house, 'door:tiny-mfa')
  const ask: TinyMfaHouse['ask'] = (method, url, body, token = root) =>
    send(house.app, method, url, {
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: token === null ? {} : { 'tiny-mfa-access-token': token },
    })
  return { ...house, root, ask }
}

/** The manual's quickstart, its two misprints mended: an issuer, its token, a user and the user's secret. */
export async function quickstart(door: TinyMfaHouse) {
  const issuer = { name: 'issuer.local', contact: 'admin@issuer.local', token_length: 6, enabled: true }
  const made = await door.ask('POST', '/api/v1/issuer', issuer)
  const { token } = made.body as { token: { 'access-token': string } }
  await door.ask('POST', '/api/v1/issuer/issuer.local/users', {
    name: 'demo',
    email: 'demo@issuer.local',
    enabled: true,
  })
  const picture = await door.ask('GET', `${demo}/totp`)
  const [uri = ''] = await readQrCodes(picture.bytes)
  const { secret } = parseOtpauthUri(uri).account
  const codeAt = (steps = 0) => totp(secret, door.core.clock.nowMs() + steps * 30_000)
  const validate = (code: unknown, sent: string | null = door.root) =>
    door.ask('POST', `${demo}/totp`, { token: code }, sent)
  return { made, token: token['access-token'], picture, uri, codeAt, validate }
}

/** What the door answers when it refuses. */
export const refusal = (message: string) => ({ success: false, message })
