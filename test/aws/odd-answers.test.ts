import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/errors/failure.ts'
import { createVirtualMfaDevice, currentUserName, listMfaDevices } from '../../src/aws/iam-mfa.ts'
import { fetchAssertion } from '../../src/aws/okta-assertion.ts'
import { OktaClient } from '../../src/aws/okta-client.ts'
import { assertionOfDevice, signInWithDevice } from '../../src/aws/okta-device-flow.ts'
import { consoleUrl } from '../../src/aws/console-url.ts'
import { assumeRole, getCallerIdentity } from '../../src/aws/sts.ts'
import type { Transport } from '../../src/aws/transport.ts'
import { fc } from '../support/property.ts'

/** What a foreign server says once. */
interface Said {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

const ssoUrl = 'https://company.okta.com/app/amazon_aws/exk1/sso/saml'
const person = { ask: () => Promise.resolve('123456'), tell: () => undefined }
const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'hush', sessionToken: 'token', expiresAtMs: 0 }
const apps = { oidcClientId: '0oaOidc', awsAppId: '0oaAws' }

/** A server that says these things one after the other, the last again and again, over a clock that sleep moves. */
function saying(answers: readonly Said[]): Transport {
  let asked = 0
  let sleptMs = 0
  return {
    nowMs: () => Date.UTC(2026, 0) + sleptMs,
    sleep: (durationMs) => {
      sleptMs += durationMs
      return Promise.resolve()
    },
    fetch: () => {
      const { status, text, headers = {} } = answers[Math.min(asked++, answers.length - 1)] ?? { status: 200, text: '' }
      return Promise.resolve({ status, headers: new Headers(headers), text: () => Promise.resolve(text) })
    },
  }
}

const json = (value: unknown, status = 200): Said => ({ status, text: JSON.stringify(value) })

function signInTo(transport: Transport, factor?: string) {
  return fetchAssertion(new OktaClient(transport, ssoUrl), ssoUrl, {
    userName: 'mara',
    password: () => Promise.resolve('correct horse'),
    totp: ({ afterStep = 0 }) => Promise.resolve({ code: '123456', step: afterStep + 1 }),
    person,
    ...(factor === undefined ? {} : { factor }),
  })
}

const calls: Readonly<Record<string, (transport: Transport) => Promise<unknown>>> = {
  'signing in': (transport) => signInTo(transport),
  'signing in by push': (transport) => signInTo(transport, 'push'),
  'beginning a device sign-in': (transport) => signInWithDevice(new OktaClient(transport, ssoUrl), apps, person),
  'the assertion of a device': (transport) =>
    assertionOfDevice(new OktaClient(transport, ssoUrl), apps, { accessToken: 'a', idToken: 'i', expiresAtMs: 0 }),
  'taking a role': (transport) =>
    assumeRole(transport, credentials, 'arn:aws:iam::123456789012:role/Admin', { sessionName: 'mara' }),
  'asking who one is': (transport) => getCallerIdentity(transport, credentials),
  'making a device': (transport) => createVirtualMfaDevice(transport, { credentials }, 'phone'),
  'listing devices': (transport) => listMfaDevices(transport, { credentials }),
  'the name': (transport) => currentUserName(transport, { credentials }),
  'the console': (transport) => consoleUrl(transport, credentials, { partition: 'aws' }),
}

/** Whether a call answered, or failed with a sentence of ours whose placeholders are filled. */
async function outcomeOf(call: (transport: Transport) => Promise<unknown>, answers: readonly Said[]): Promise<string> {
  try {
    await call(saying(answers))
    return 'answered'
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    return thrown.message
  }
}

const word = fc.constantFrom('', 'SUCCESS', 'MFA_REQUIRED', 'MFA_CHALLENGE', 'WAITING', 'constructor', 'http://[', 'x')
const link = fc.record({ href: fc.oneof(word, fc.constant('https://company.okta.com/next'), fc.jsonValue()) })
const factorShape = fc.record(
  {
    id: fc.oneof(word, fc.jsonValue()),
    factorType: fc.constantFrom('token:software:totp', 'push', 'sms', 'question', null, 7),
    provider: fc.constantFrom('GOOGLE', 'OKTA', null, []),
    _links: fc.oneof(fc.record({ verify: fc.oneof(link, fc.jsonValue()) }, { requiredKeys: [] }), fc.jsonValue()),
  },
  { requiredKeys: [] },
)
const answerShape = fc.record(
  {
    status: fc.oneof(word, fc.jsonValue()),
    stateToken: fc.oneof(word, fc.jsonValue()),
    sessionToken: fc.oneof(word, fc.jsonValue()),
    factorResult: fc.oneof(word, fc.jsonValue()),
    errorCode: fc.oneof(word, fc.constantFrom('E0000004', 'E0000047', 'E0000068'), fc.jsonValue()),
    errorCauses: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
    device_code: fc.oneof(word, fc.jsonValue()),
    user_code: fc.oneof(word, fc.jsonValue()),
    verification_uri: fc.oneof(word, fc.jsonValue()),
    expires_in: fc.oneof(fc.constantFrom(1, 600), fc.jsonValue()),
    interval: fc.oneof(fc.constantFrom(1, 1e300), fc.jsonValue()),
    access_token: fc.oneof(word, fc.jsonValue()),
    _links: fc.oneof(fc.record({ next: link, skip: link }, { requiredKeys: [] }), fc.jsonValue()),
    _embedded: fc.oneof(fc.record({ factors: fc.oneof(fc.array(factorShape), factorShape) }), fc.jsonValue()),
  },
  { requiredKeys: [] },
)
const xml = fc
  .tuple(
    fc.constantFrom('AssumeRole', 'GetCallerIdentity', 'CreateVirtualMFADevice', 'ListMFADevices', 'GetUser', 'Other'),
    fc.constantFrom('', '<Credentials/>', '<VirtualMFADevice><SerialNumber>1</SerialNumber></VirtualMFADevice>', 'x'),
    fc.constantFrom('', '<MFADevices><member/></MFADevices>', '<IsTruncated>true</IsTruncated><Marker>m</Marker>'),
  )
  .map(
    ([action, one, other]) =>
      `<${action}Response><${action}Result>${one}${other}</${action}Result></${action}Response>`,
  )
const page = fc.constantFrom(
  '',
  '   ',
  'null',
  '<!doctype html><h1>Bad gateway</h1>',
  '<form><input name="SAMLResponse"></form>',
  '<script>var stateToken = "st";</script>',
  '<ErrorResponse><Error><Code>constructor</Code></Error></ErrorResponse>',
)
const said: fc.Arbitrary<Said> = fc.record({
  status: fc.constantFrom(200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 502, 503),
  text: fc.oneof(
    answerShape.map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    xml,
    page,
  ),
  headers: fc.record(
    {
      location: fc.constantFrom('/', 'http://[', 'javascript:alert(1)', 'https://elsewhere.example/'),
      date: fc.constantFrom('yesterday', 'Thu, 01 Jan 1960 00:00:00 GMT', 'Fri, 01 Jan 275000 00:00:00 GMT'),
      'x-rate-limit-reset': fc.constantFrom('', 'soon', '0', '1e300', '99999999999'),
    },
    { requiredKeys: [] },
  ),
})

describe('an answer of a strange shape', () => {
  it.each(Object.entries(calls))('%s ends with a sentence of ours, whatever comes', async (_what, call) => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 5 }), async (answers) => {
        const outcome = await outcomeOf(call, answers)
        expect(outcome).not.toMatch(/\{\w+\}|native code|undefined|NaN/)
      }),
      { numRuns: 150 },
    )
  })

  const factor = (links: unknown) => ({
    status: 'MFA_REQUIRED',
    stateToken: 'st',
    _embedded: { factors: [{ id: 'f', factorType: 'token:software:totp', provider: 'GOOGLE', _links: links }] },
  })
  const signInPage: Said = { status: 200, text: '<h1>Sign in</h1>' }
  const busy = { status: 429, text: '<html>Too many requests</html>' }

  it.each<[string, Said[], RegExp]>([
    ['a factor without a link', [signInPage, json(factor({}))], /no link for the factor token:software:totp/],
    ['a link that is none', [signInPage, json(factor({ verify: { href: 'verify' } }))], /no link for the factor/],
    ['a success without a token', [signInPage, json({ status: 'SUCCESS' })], /no session token/],
    ['a redirect to nowhere', [{ status: 302, text: '', headers: { location: 'http://[' } }], /no link that can be/],
    [
      'a redirect to a script',
      [{ status: 302, text: '', headers: { location: 'javascript:1' } }],
      /redirected to javascript:/,
    ],
    ['an app whose page is broken', [{ status: 502, text: '<html>' }], /HTTP 502 with a page where the app's sign-in/],
    ['nothing', [signInPage, { status: 200, text: '' }], /HTTP 200 with nothing where Okta's JSON was expected/],
    [
      'a limit told by a page, for long',
      [signInPage, { ...busy, headers: { 'x-rate-limit-reset': '99999999999' } }],
      /^Okta limits this account: HTTP 429 - without a reason\. Try again in \d+ s\.$/,
    ],
    ['a limit told by a page, without its end', [signInPage, busy], /^Okta limits this account: .* in 30 s\.$/],
    ['a limit in the place of the app', [busy], /^Okta limits this account: /],
    [
      'an error named like a part of the language',
      [signInPage, json({ errorCode: 'constructor' }, 403)],
      /^Okta refused the sign-in: constructor - without a reason\. Try again later\.$/,
    ],
    [
      'an app page and a page where the organisation should be',
      [signInPage, json({ status: 'SUCCESS', sessionToken: 's' }), signInPage],
      /gave no SAML assertion/,
    ],
  ])('Okta: %s', async (_what, answers, sentence) => {
    expect(await outcomeOf((transport) => signInTo(transport), answers)).toMatch(sentence)
  })

  it('Okta asking for a second factor for ever is sent no more than two codes', async () => {
    const asksAgain = json(factor({ verify: { href: 'https://company.okta.com/verify' } }))
    const asked: string[] = []
    const transport = saying([signInPage, asksAgain])
    const counting: Transport = {
      ...transport,
      fetch: (url, options) => {
        if (options.body?.includes('passCode') === true) asked.push(url)
        return transport.fetch(url, options)
      },
    }
    await expect(signInTo(counting)).rejects.toThrow(/the state MFA_REQUIRED, which cannot be finished here/)
    expect(asked.length).toBeLessThanOrEqual(2)
  })

  it.each([
    ['no address', 'not an address', /^This is not a web address: not an address\./],
    ['no https', 'http://signin.example.com', /^The address http:\/\/signin\.example\.com is not https,/],
  ])('an address in the place of AWS’s sign-in that is %s', async (_what, endpointUrl, sentence) => {
    const open = (transport: Transport) => consoleUrl(transport, credentials, { partition: 'aws', endpointUrl })
    expect(await outcomeOf(open, [])).toMatch(sentence)
  })

  it.each([
    ['taking a role', '<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>', /no Credentials\./],
    ['asking who one is', '<GetCallerIdentityResponse/>', /no Account where the answer to GetCallerIdentity/],
    ['making a device', '<CreateVirtualMFADeviceResponse/>', /no VirtualMFADevice\./],
    [
      'listing devices',
      '<ListMFADevicesResponse><ListMFADevicesResult><IsTruncated>true</IsTruncated><Marker>m</Marker></ListMFADevicesResult></ListMFADevicesResponse>',
      /no next page/,
    ],
    ['the name', '<portal>Sign in to this network</portal>', /something else where the answer to GetUser/],
  ])('AWS: %s', async (what, text, sentence) => {
    const call = calls[what] ?? (() => Promise.resolve())
    expect(await outcomeOf(call, [{ status: 200, text }])).toMatch(sentence)
  })

  it('a page that nests deeper than functions can is read to its end', async () => {
    const text = `${'<b><i>'.repeat(4000)}<div class="error-content">No such app</div>`
    expect(
      await outcomeOf((transport) => signInTo(transport), [{ status: 200, text }, json({ status: 'SUCCESS' })]),
    ).toMatch(/session token/)
  })
})
