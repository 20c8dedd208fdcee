import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { type Call, type CallAnswer, caller, callerWith, passphrase, type TestServer } from './server.ts'

type Server = Pick<TestServer, 'url'>

/** Logs a local person in, as the console does; who calls then is that person in their session. */
export async function loggedIn(server: Server, username: string, otpauthUri: string): Promise<Call> {
  const body = { username, passphrase, code: codeOf(new URL(otpauthUri).searchParams.get('secret') ?? '') }
  return inSession(server, await caller(server, '')('POST', '/v1/login', body))
}

/** Invites a person with a role and follows their setup link to the end. */
export async function invited(server: Server, root: Call, wish: { username: string; role: string }): Promise<Call> {
  const { body } = await root('POST', '/v1/people', wish)
  const setupToken = new URL(String(body['setupUrl'])).hash.slice(1)
  const stranger = caller(server, '')
  const begun = await stranger('POST', '/v1/setup/begin', { setupToken, passphrase })
  const { ticket, secretBase32 } = begun.body
  return inSession(server, await stranger('POST', '/v1/setup/finish', { ticket, code: codeOf(String(secretBase32)) }))
}

function inSession(server: Server, { status, body, headers, text }: CallAnswer): Call {
  if (status !== 200) throw new Error(`nobody was logged in: ${status} ${text}`)
  const cookie = headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
  const { csrfToken } = body['me'] as { csrfToken: string }
  return callerWith(server, { cookie, 'x-csrf-token': csrfToken })
}

function codeOf(secretBase32: string): string {
  return totp(decodeBase32(secretBase32), Date.now())
}
