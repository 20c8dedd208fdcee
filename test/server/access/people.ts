import * as api from '../../../src/api/index.ts'
import { MemoryPasskey } from '../../support/authenticator.ts'
import { Browser, codeOf, type House } from './house.ts'

/** A local person with a code, and how to log in as them. */
export interface TestPerson {
  readonly id: string
  readonly username: string
  readonly passphrase: string
  readonly otpauthUri: string
  readonly recoveryCodes: readonly string[]
}

const passphrase = 'marching orders at dawn'

/** The first administrator and the root token, as `init` makes them. */
export async function addFirstAdministrator(house: House): Promise<TestPerson & { rootToken: string }> {
  const { personId, ...made } = await house.access.initialise({ username: 'ada', passphrase })
  return { ...made, id: personId, username: 'ada', passphrase }
}

/** Invites a person as an administrator and follows their setup link. */
export async function addPerson(
  house: House,
  rootToken: string,
  wish: { username: string; role?: string; email?: string },
): Promise<TestPerson & { browser: Browser }> {
  const invited = await house.call(api.createPerson, { token: rootToken, body: wish })
  const { setupUrl, person } = invited.body as { setupUrl: string; person: { id: string } }
  return followSetup(house, setupUrl, { id: person.id, username: wish.username })
}

/** Follows a setup link to its end. */
export async function followSetup(
  house: House,
  setupUrl: string,
  person: { id: string; username: string },
): Promise<TestPerson & { browser: Browser }> {
  const setupToken = new URL(setupUrl).hash.slice(1)
  const begun = await house.call(api.setupBegin, { body: { setupToken, passphrase } })
  const { ticket, otpauthUri } = begun.body as { ticket: string; otpauthUri: string }
  const browser = new Browser()
  const finished = await house.call(api.setupFinish, {
    browser,
    body: { ticket, code: codeOf(otpauthUri, house.clock) },
  })
  const { recoveryCodes } = finished.body as { recoveryCodes: string[] }
  house.clock.advance(30_000)
  return { ...person, passphrase, otpauthUri, recoveryCodes, browser }
}

/** Logs in by a browser; the code is that of the present step, which passes afterwards. */
export async function logIn(house: House, person: TestPerson, address = '127.0.0.1'): Promise<Browser> {
  const browser = new Browser()
  const { username } = person
  const code = codeOf(person.otpauthUri, house.clock)
  const answer = await house.call(api.login, {
    browser,
    address,
    body: { username, passphrase: person.passphrase, code },
  })
  if (answer.status !== 200) throw new Error(`the login was answered ${answer.status}`)
  house.clock.advance(30_000)
  return browser
}

/** Registers a passkey in a browser that just logged in. Answers its id. */
export async function addPasskey(house: House, browser: Browser, name: string): Promise<string> {
  const { ticket, options } = (await house.call(api.passkeyOptions, { browser })).body
  const response = new MemoryPasskey().create(options)
  const added = await house.call(api.addPasskey, { browser, body: { ticket, name, response } })
  if (added.status !== 201) throw new Error(`the passkey was answered ${added.status}`)
  return String(added.body['id'])
}
