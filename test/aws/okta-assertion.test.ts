import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clockOffsetMs } from '../../src/aws/clock-offset.ts'
import { fetchAssertion } from '../../src/aws/okta-assertion.ts'
import type { Person, SignIn } from '../../src/aws/okta-authn.ts'
import { OktaClient } from '../../src/aws/okta-client.ts'
import { readAssertion } from '../../src/aws/saml-assertion.ts'
import { totp } from '../../src/otp/totp.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { roleArn, startAwsWorld, type AwsWorld } from '../support/aws/aws-world.ts'
import { newToken, totpFactor } from '../support/aws/okta-org.ts'
import { signInOf, testTransport, type TestTransport } from '../support/aws/test-transport.ts'

let world: AwsWorld
let transport: TestTransport
let client: OktaClient

beforeEach(async () => {
  world = await startAwsWorld([roleArn('Admin'), roleArn('Reader')])
  transport = testTransport(world)
  client = new OktaClient(transport, world.ssoUrl)
})
afterEach(() => world.stop())

async function rolesOf(more: Partial<SignIn> = {}): Promise<string[]> {
  const form = await fetchAssertion(client, world.ssoUrl, signInOf(world, transport, more))
  return readAssertion(form.samlResponse).roles.map((role) => role.roleArn)
}

function user() {
  const [only] = world.okta.org.users
  if (only === undefined) throw new Error('The world has a user')
  return only
}

function person(answers: string[]): Person & { told: string[] } {
  const told: string[] = []
  return { told, ask: () => Promise.resolve(answers.shift() ?? ''), tell: (text) => void told.push(text) }
}

describe('signing in with password and TOTP', () => {
  it('yields the roles, with one password and one code', async () => {
    expect(await rolesOf()).toEqual([roleArn('Admin'), roleArn('Reader')])
    expect(world.okta.log.filter((line) => line.includes('/api/v1/authn'))).toEqual([
      'POST /api/v1/authn',
      expect.stringMatching(/^POST \/api\/v1\/authn\/factors\/.*\/verify$/),
    ])
  })

  it('uses the session again: a second assertion costs no password and no code', async () => {
    await rolesOf()
    await rolesOf()
    expect(world.okta.count('/api/v1/authn')).toBe(2)
  })

  it('signs in again when the session has ended, and keeps the device cookie', async () => {
    await rolesOf()
    const { DT } = client.memory.cookies
    world.okta.org.sessions.clear()
    expect(await rolesOf()).toHaveLength(2)
    expect(world.okta.count('POST /api/v1/authn')).toBe(5)
    expect(DT).toMatch(/^DI/)
  })

  it('signs in again too when the page that follows announces a sign-in of its own', async () => {
    world.okta.org.announcesSignIn = true
    await rolesOf()
    world.okta.org.sessions.clear()
    expect(await rolesOf()).toHaveLength(2)
  })

  it('sends the code as text, so that leading zeros live', async () => {
    const zero = Array.from({ length: 500 }, (_, index) => index).find((index) =>
      totp(decodeBase32(world.secretBase32), transport.nowMs() + index * 30_000).startsWith('0'),
    )
    await transport.sleep((zero ?? 0) * 30_000)
    expect(await rolesOf()).toHaveLength(2)
  })

  it('takes the code of the next step, once, when Okta says this one was used', async () => {
    const secret = decodeBase32(world.secretBase32)
    const [factor] = user().factors
    factor?.checker?.check(totp(secret, transport.nowMs()), transport.nowMs())
    expect(await rolesOf()).toHaveLength(2)
    expect(world.okta.count('/verify')).toBe(2)
  })

  it('learns from the Date header that our clock is five minutes off, and uses the right code', async () => {
    transport.setOwnSkewMs(-300_000)
    expect(await rolesOf()).toHaveLength(2)
    expect(Math.abs(client.memory.clockOffsetMs - 300_000)).toBeLessThan(10_000)
    expect(world.okta.count('/verify')).toBe(1)
  })

  it('goes on past the warning that the password ends soon', async () => {
    user().state = 'passwordWarn'
    expect(await rolesOf()).toHaveLength(2)
  })

  it('takes the TOTP of Okta Verify as well as that of Google', async () => {
    user().factors = [totpFactor(world.secretBase32, 'OKTA')]
    expect(await rolesOf({ factor: 'totp:okta' })).toHaveLength(2)
  })

  it('waits for the reset that a rate limit names, then goes on', async () => {
    world.okta.org.limitNext = 1
    world.okta.org.limitResetSeconds = 20
    expect(await rolesOf()).toHaveLength(2)
    expect(transport.sleptMs()).toBeGreaterThanOrEqual(19_000)
  })
})

describe('other factors', () => {
  it('shows the number of a push and waits for the phone', async () => {
    user().factors = [
      { id: newToken('opf'), factorType: 'push', provider: 'OKTA', push: { polls: 2, number: 42, ends: 'SUCCESS' } },
    ]
    const asked = person([])
    expect(await rolesOf({ person: asked })).toHaveLength(2)
    expect(asked.told).toEqual(['Okta sent a push to your phone.', 'Choose 42 on the phone.'])
  })

  it('says that a push was rejected', async () => {
    user().factors = [
      { id: newToken('opf'), factorType: 'push', provider: 'OKTA', push: { polls: 1, ends: 'REJECTED' } },
    ]
    await expect(rolesOf()).rejects.toMatchObject({ code: 'aws_factor_push_ended', detail: { result: 'REJECTED' } })
  })

  it('asks for the code of a text message, and never without a person', async () => {
    user().factors = [{ id: newToken('sms'), factorType: 'sms', provider: 'OKTA', sentCode: '004711' }]
    await expect(rolesOf({ factor: 'sms' })).rejects.toMatchObject({ code: 'aws_factor_needs_person' })
    expect(await rolesOf({ factor: 'sms', person: person(['004711']) })).toHaveLength(2)
  })

  it.each([
    ['email', { factorType: 'email', provider: 'OKTA' }],
    ['call', { factorType: 'call', provider: 'OKTA' }],
    ['token', { factorType: 'token', provider: 'RSA' }],
    ['hardware', { factorType: 'token:hardware', provider: 'YUBICO' }],
    ['hotp', { factorType: 'token:hotp', provider: 'CUSTOM' }],
    ['question', { factorType: 'question', provider: 'OKTA' }],
  ])('b2 takes %s when that is chosen, by kind or by id', async (kind, factor) => {
    const id = newToken('one')
    user().factors = [totpFactor(world.secretBase32), { id, ...factor, sentCode: '004711' }]
    for (const wanted of [kind, id]) {
      const asked = person(['004711'])
      expect(await rolesOf({ factor: wanted, person: asked })).toHaveLength(2)
    }
  })

  it('names the factors there are when the wanted one is missing', async () => {
    await expect(rolesOf({ factor: 'push' })).rejects.toThrow(/is push\. Yours are: totp:google\./)
  })
})

describe("an app's own second step", () => {
  it('is taken right after signing in, with a code of a later step', async () => {
    for (const app of world.okta.org.apps) app.stepUp = true
    expect(await rolesOf()).toHaveLength(2)
    expect(world.okta.count('/verify')).toBeGreaterThanOrEqual(2)
  })

  it('is taken within a session that is still good, without the password', async () => {
    await rolesOf()
    for (const app of world.okta.org.apps) app.stepUp = true
    await rolesOf()
    expect(world.okta.log.filter((line) => line === 'POST /api/v1/authn')).toHaveLength(2)
  })
})

describe('what can go wrong at Okta', () => {
  it('a wrong password: its code and text, and what to do', async () => {
    await expect(rolesOf({ password: () => Promise.resolve('wrong') })).rejects.toThrow(
      /E0000004 - Authentication failed\. Check/,
    )
  })

  it('a wrong code: one attempt, never a second by itself', async () => {
    const wrong = () => Promise.resolve({ code: '000000', step: 1 })
    await expect(rolesOf({ totp: wrong })).rejects.toThrow(
      /E0000068 - Invalid Passcode\/Answer Your passcode doesn't match/,
    )
    expect(world.okta.count('/verify')).toBe(1)
  })

  it('a code refused as used twice: stops', async () => {
    const { totp: once } = signInOf(world, transport)
    const spent = await once({ clockOffsetMs: 0 })
    user().factors[0]?.checker?.check(spent.code, transport.nowMs())
    await expect(rolesOf({ totp: () => Promise.resolve(spent) })).rejects.toMatchObject({ code: 'aws_code_spent' })
    expect(world.okta.count('/verify')).toBe(2)
  })

  it.each([
    ['a locked user who is told so', 'locked', 'aws_okta_locked'],
    ['an expired password', 'passwordExpired', 'aws_okta_password_expired'],
    ['a user who must enrol first', 'enrol', 'aws_okta_enrol_first'],
  ] as const)('%s', async (_what, state, code) => {
    world.okta.org.showLockOut = true
    user().state = state
    await expect(rolesOf()).rejects.toMatchObject({ code })
  })

  it('an HTML error page', async () => {
    world.okta.org.broken = true
    await expect(rolesOf()).rejects.toMatchObject({ code: 'aws_answer_unreadable' })
  })

  it('a limit that lasts too long', async () => {
    world.okta.org.limitNext = 1
    world.okta.org.limitResetSeconds = 3600
    await expect(rolesOf()).rejects.toThrow(/E0000047 .* Try again in 36\d\d s\./)
  })

  it('no network', async () => {
    await world.okta.stop()
    await expect(rolesOf()).rejects.toMatchObject({ code: 'aws_network' })
  })

  it('an app that does not exist', async () => {
    const missing = `${world.okta.origin}/app/other`
    await expect(fetchAssertion(client, missing, signInOf(world, transport))).rejects.toMatchObject({
      code: 'aws_okta_page',
    })
  })

  it('an org on Identity Engine: says that it needs the device flow', async () => {
    world.okta.org.pipeline = 'idx'
    await expect(rolesOf()).rejects.toMatchObject({ code: 'aws_okta_needs_device_flow' })
  })

  it('a password never goes to an address without TLS', () => {
    expect(() => new OktaClient(transport, 'http://company.okta.com/app')).toThrow(/not https/)
  })
})

describe('clockOffsetMs', () => {
  it('ignores what a header in whole seconds cannot tell', () => {
    expect(clockOffsetMs('Thu, 15 Jan 2026 12:00:00 GMT', Date.UTC(2026, 0, 15, 12, 0, 1, 900))).toBe(0)
    expect(clockOffsetMs('Thu, 15 Jan 2026 12:05:00 GMT', Date.UTC(2026, 0, 15, 12))).toBe(300_500)
    expect(clockOffsetMs(null, 0)).toBeNull()
  })
})
