import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { MemoryPasskey, type Oddity } from '../../support/authenticator.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { finishProof } from '../../../src/server/access/passkeys/passkeys.ts'
import { Browser, type House, openHouse } from './house.ts'
import { actorIn, happensBefore } from './meanwhile.ts'
import { addFirstAdministrator, addPerson, logIn, type TestPerson } from './people.ts'

interface Owner {
  readonly person: TestPerson
  readonly browser: Browser
  readonly passkey: MemoryPasskey
}

/** A person with a session and a passkey. */
async function withPasskey(house: House, person: TestPerson): Promise<Owner> {
  const browser = await logIn(house, person)
  const passkey = new MemoryPasskey()
  expect((await register(house, browser, passkey)).status).toBe(201)
  return { person, browser, passkey }
}

async function register(house: House, browser: Browser, passkey: MemoryPasskey, odd: Oddity = {}) {
  const { ticket, options } = (await house.call(api.passkeyOptions, { browser })).body
  const response = passkey.create(options, odd)
  return house.call(api.addPasskey, { browser, body: { ticket, name: 'key', response } })
}

async function beginLogin(house: House, { username, passphrase }: TestPerson) {
  const { body } = await house.call(api.loginPasskeyOptions, { body: { username, passphrase } })
  return body as { ticket: string; options: { challenge: string } }
}

async function logInBy(house: House, { person, passkey }: Owner, odd: Oddity = {}): Promise<string> {
  const { ticket, options } = await beginLogin(house, person)
  return outcome(await house.call(api.loginPasskey, { body: { ticket, response: passkey.get(options, odd) } }))
}

async function stepUp(house: House, { browser, passkey }: Owner, odd: Oddity = {}): Promise<string> {
  const { ticket, options } = (await house.call(api.stepUpOptions, { browser })).body
  return outcome(await house.call(api.stepUp, { browser, body: { ticket, response: passkey.get(options, odd) } }))
}

function outcome({ status, body }: { status: number; body: Record<string, unknown> }): string {
  return status < 300 ? 'accepted' : String(body['code'])
}

async function setUp(engine: TestEngine) {
  const house = await openHouse(engine)
  const ada = await addFirstAdministrator(house)
  const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
  return { house, ada: await withPasskey(house, ada), bob: await withPasskey(house, bob) }
}

const elsewhere: Record<string, Oddity> = {
  'from another origin': { origin: 'http://localhost:8001' },
  'from an origin that ends like ours': { origin: 'http://evil.localhost:8000' },
  'from our host by another scheme': { origin: 'https://localhost:8000' },
  'for another site': { rpId: 'example.com' },
  'to another challenge': { challenge: Buffer.alloc(32).toString('base64url') },
  'of the other ceremony': { type: 'payment.get' },
  'that nobody touched': { isPresent: false },
}

const { privateKey: strangeKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const forged: Record<string, Oddity> = {
  ...elsewhere,
  'of the ceremony of a registration': { type: 'webauthn.create' },
  'with the signature of nobody': { signature: Buffer.alloc(70) },
  'with no signature': { signature: Buffer.alloc(0) },
  'with the signature of another key': { signature: sign('sha256', Buffer.from('anything'), strangeKey) },
}

/** What is no answer of a passkey at all. */
const nonsense = [null, 'text', 7, [], {}, { id: 7 }, { id: '' }]

describe.each(engines)('an answer of a passkey on $name', (engine) => {
  it('lets nobody in and proves nobody when anything of it is forged', async () => {
    const { house, ada, bob } = await setUp(engine)
    expect([await logInBy(house, bob), await stepUp(house, bob)]).toEqual(['accepted', 'accepted'])
    for (const [what, odd] of Object.entries({ ...forged, 'that names another’s': { id: ada.passkey.id } })) {
      expect(await logInBy(house, bob, odd), what).toBe('login_refused')
      expect(await stepUp(house, bob, odd), what).toBe('passkey_refused')
    }
    expect(await stepUp(house, { ...bob, passkey: ada.passkey }), 'of another person').toBe('passkey_refused')
    expect([await logInBy(house, bob), await stepUp(house, bob)]).toEqual(['accepted', 'accepted'])
  })

  it('is refused like any other when it is none', async () => {
    const { house, ada, bob } = await setUp(engine)
    for (const response of nonsense) {
      const what = JSON.stringify(response)
      const { ticket } = await beginLogin(house, bob.person)
      expect(outcome(await house.call(api.loginPasskey, { body: { ticket, response } })), what).toBe('login_refused')
      const proof = (await house.call(api.stepUpOptions, { browser: bob.browser })).body
      const step = { browser: bob.browser, body: { ticket: proof['ticket'], response } }
      expect(outcome(await house.call(api.stepUp, step)), what).toBe('passkey_refused')
      const begun = (await house.call(api.passkeyOptions, { browser: ada.browser })).body
      const add = { browser: ada.browser, body: { ticket: begun['ticket'], name: 'key', response } }
      expect(outcome(await house.call(api.addPasskey, add)), what).toBe('passkey_refused')
    }
  })

  it('is the proof of a moment ago for what asks for one, and audited with the passkey', async () => {
    const { house, bob } = await setUp(engine)
    house.clock.advance(11 * 60_000)
    const renew = async () => outcome(await house.call(api.newRecoveryCodes, { browser: bob.browser }))
    expect(await renew()).toBe('reproof_needed')
    expect(await stepUp(house, bob)).toBe('accepted')
    expect(await renew()).toBe('accepted')
    expect((await actorIn(house, bob.browser)).passkeyAtMs).toBe(house.clock.nowMs())
    const { items } = (await house.call(api.listPasskeys, { browser: bob.browser })).body as { items: { id: string }[] }
    const { audit } = house.access.context
    const [proof] = (await audit.list({ action: 'person.reproof', outcome: 'accepted' })).items
    expect(proof?.detail).toMatchObject({ how: 'passkey', passkeyId: items[0]?.id })
  })

  it('of a copy proves nobody when the other was shown a moment before', async () => {
    const { house, bob } = await setUp(engine)
    const { ticket, options } = (await house.call(api.stepUpOptions, { browser: bob.browser })).body
    const response = bob.passkey.get(options, { counter: 1 })
    const context = happensBefore(house, 2, async () => ({
      status: (await logInBy(house, bob, { counter: 1 })) === 'accepted' ? 200 : 401,
    }))
    const me = await actorIn(house, bob.browser)
    const proof = finishProof(context, me, 'http://localhost:8000', { ticket: String(ticket), response })
    await expect(proof).rejects.toMatchObject({ code: 'passkey_refused' })
  })

  it('whose counter does not rise is that of a copy', async () => {
    const { house, bob } = await setUp(engine)
    expect(await logInBy(house, bob, { counter: 7 })).toBe('accepted')
    const tries = [7, 6, 0, 8, 8, 9]
    const answers: string[] = []
    for (const counter of tries) answers.push(await stepUp(house, bob, { counter }))
    const refused = 'passkey_refused'
    expect(answers).toEqual([refused, refused, refused, 'accepted', refused, 'accepted'])
  })

  it('counts with a touch alone too: it stands beside the passphrase', async () => {
    const { house, bob } = await setUp(engine)
    const touched: Oddity = { isVerified: false }
    expect([await logInBy(house, bob, touched), await stepUp(house, bob, touched)]).toEqual(['accepted', 'accepted'])
  })

  it('counts once, and for the login or session alone that asked for it', async () => {
    const { house, ada, bob } = await setUp(engine)
    const [first, second] = [await beginLogin(house, bob.person), await beginLogin(house, bob.person)]
    const ofAda = await beginLogin(house, ada.person)
    const response = bob.passkey.get(first.options)
    const send = async (ticket: string, given: unknown) =>
      outcome(await house.call(api.loginPasskey, { body: { ticket, response: given } }))
    expect(await send(second.ticket, response), 'the challenge of another login').toBe('login_refused')
    expect(await send(ofAda.ticket, bob.passkey.get(ofAda.options)), 'the login of another person').toBe(
      'login_refused',
    )
    expect(await send(first.ticket, response)).toBe('accepted')
    expect(await send(first.ticket, bob.passkey.get(first.options)), 'the ticket again').toBe('login_refused')

    const other = await logIn(house, bob.person)
    const { ticket, options } = (await house.call(api.stepUpOptions, { browser: bob.browser })).body
    const body = { ticket, response: bob.passkey.get(options) }
    const proof = async (browser: Browser) => outcome(await house.call(api.stepUp, { browser, body }))
    expect(await proof(other), 'another session').toBe('ticket_invalid')
    expect(await proof(bob.browser), 'the ticket was used up').toBe('ticket_invalid')
  })

  it('counts once when it is sent three times at once', async () => {
    const { house, bob } = await setUp(engine)
    const { ticket, options } = await beginLogin(house, bob.person)
    const response = bob.passkey.get(options)
    const send = async () => outcome(await house.call(api.loginPasskey, { body: { ticket, response } }))
    expect((await Promise.all([send(), send(), send()])).toSorted()).toEqual([
      'accepted',
      'login_refused',
      'login_refused',
    ])
  })
})

describe.each(engines)('a passkey that is registered on $name', (engine) => {
  it('is refused when anything of the answer is forged', async () => {
    const { house, bob } = await setUp(engine)
    for (const [what, odd] of Object.entries({ ...elsewhere, 'of a proof': { type: 'webauthn.get' } })) {
      const answer = await register(house, bob.browser, new MemoryPasskey(), odd)
      expect(outcome(answer), what).toBe('passkey_refused')
    }
    expect(outcome(await register(house, bob.browser, bob.passkey)), 'a second time').toBe('passkey_refused')
    const items = (await house.call(api.listPasskeys, { browser: bob.browser })).body['items']
    expect(items).toHaveLength(1)
  })

  it('belongs to whoever began, and once', async () => {
    const { house, ada, bob } = await setUp(engine)
    const { ticket, options } = (await house.call(api.passkeyOptions, { browser: bob.browser })).body
    const body = { ticket, name: 'key', response: new MemoryPasskey().create(options) }
    const add = async (browser: Browser) => outcome(await house.call(api.addPasskey, { browser, body }))
    expect(await add(ada.browser), 'another person').toBe('ticket_invalid')
    expect(await add(bob.browser), 'the ticket was used up').toBe('ticket_invalid')
    expect(await add(new Browser()), 'nobody').toBe('login_needed')
  })

  it('is asked of an authenticator that has none of this person yet, and names nobody else’s', async () => {
    const { house, ada, bob } = await setUp(engine)
    const { options } = (await house.call(api.passkeyOptions, { browser: bob.browser })).body
    const { excludeCredentials } = options as { excludeCredentials: { id: string }[] }
    expect(excludeCredentials.map(({ id }) => id)).toEqual([bob.passkey.id])
    expect(JSON.stringify(options)).not.toContain(ada.passkey.id)
  })

  it('may come with transports that are none', async () => {
    const { house, bob } = await setUp(engine)
    for (const transports of [undefined, null, 'usb', 7, [7, null, 'usb']]) {
      const { ticket, options } = (await house.call(api.passkeyOptions, { browser: bob.browser })).body
      const made = new MemoryPasskey().create(options)
      const response = { ...made, response: { ...(made['response'] as object), transports } }
      const body = { ticket, name: 'key', response }
      expect(outcome(await house.call(api.addPasskey, { browser: bob.browser, body }))).toBe('accepted')
    }
  })

  it('is never deleted by another person', async () => {
    const { house, ada, bob } = await setUp(engine)
    const { items } = (await house.call(api.listPasskeys, { browser: bob.browser })).body as { items: { id: string }[] }
    const params = { passkey: items[0]?.id ?? '' }
    expect(outcome(await house.call(api.deletePasskey, { browser: ada.browser, params }))).toBe('passkey_not_found')
    expect(await logInBy(house, bob)).toBe('accepted')
    expect(outcome(await house.call(api.deletePasskey, { browser: bob.browser, params }))).toBe('accepted')
    expect(await logInBy(house, bob)).toBe('login_refused')
  })
})
