import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SamlForm } from '../../aws/html-page.ts'
import { fetchAssertion } from '../../aws/okta-assertion.ts'
import type { SignIn } from '../../aws/okta-authn.ts'
import { OktaClient, type OktaMemory } from '../../aws/okta-client.ts'
import { appIdOf, assertionOfDevice, signInWithDevice, type DeviceTokens } from '../../aws/okta-device-flow.ts'
import { readAssertion, type SamlAssertion } from '../../aws/saml-assertion.ts'
import { Failure } from '../../errors/failure.ts'
import { withLock } from '../agent/store/lock.ts'
import { dropCached, readCached, writeCached } from './credential-cache.ts'
import { lockPath, type AwsHelper } from './helper.ts'
import { cacheName } from './paths.ts'
import { requireComplete } from './settings.ts'
import { forgetRefusal, rememberRefusal, stopIfRefused } from './refused-sign-in.ts'

/** An assertion as AWS wants it sent, and what it says. */
export interface Assertion {
  readonly form: SamlForm
  readonly content: SamlAssertion
}

interface CachedAssertion {
  readonly form: SamlForm
  readonly fetchedAtMs: number
}

const minuteMs = 60_000
// AWS takes an assertion for five minutes; the last one is left to the journey.
const assertionLifeMs = 4 * minuteMs
// A push may wait for five minutes, and whoever stands behind it waits as long.
const loginWaitMs = 10 * minuteMs

/**
 * An assertion of the configuration's app: one that is still good, else a new one from the Okta session, else from a sign-in.
 *
 * However many processes ask at once, one signs in; the others wait and use its result.
 */
export function obtainAssertion(helper: AwsHelper): Promise<Assertion> {
  return withLoginLock(helper, async () => cachedAssertion(helper) ?? fetchNew(helper))
}

/** What Okta offers now, whatever it offered before; the Okta session in hand needs no new code for it. */
export function freshAssertion(helper: AwsHelper): Promise<Assertion> {
  return withLoginLock(helper, async () => {
    dropCached(helper.paths, cacheName(helper.settings.path, 'assertion'))
    return fetchNew(helper)
  })
}

/** A newer assertion, when AWS has refused the one in hand as too old; another process may have a newer one by now. */
export function renewAssertion(helper: AwsHelper, refused: Assertion): Promise<Assertion> {
  return withLoginLock(helper, async () => {
    const cached = cachedAssertion(helper)
    if (cached !== null && cached.form.samlResponse !== refused.form.samlResponse) return cached
    dropCached(helper.paths, cacheName(helper.settings.path, 'assertion'))
    return fetchNew(helper)
  })
}

async function withLoginLock<T>(helper: AwsHelper, work: () => Promise<T>): Promise<T> {
  const path = lockPath(helper, 'login')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return withLock(path, work, loginWaitMs)
}

function cachedAssertion(helper: AwsHelper): Assertion | null {
  const cached = readCached<CachedAssertion>(helper.paths, cacheName(helper.settings.path, 'assertion'))
  if (cached === null) return null
  const content = readAssertion(cached.form.samlResponse)
  const nowMs = helper.transport.nowMs()
  const isYoung = nowMs - cached.fetchedAtMs < assertionLifeMs && nowMs >= cached.fetchedAtMs
  return isYoung ? { form: cached.form, content } : null
}

async function fetchNew(helper: AwsHelper): Promise<Assertion> {
  const { paths, settings } = helper
  requireComplete(settings)
  if (helper.person === undefined) stopIfRefused(paths, settings.path)
  const memoryName = cacheName(settings.path, 'okta')
  const client = new OktaClient(
    helper.transport,
    settings.file.sso_url,
    readCached<OktaMemory>(paths, memoryName) ?? undefined,
  )
  try {
    const form = await fetchForm(helper, client)
    const content = readAssertion(form.samlResponse)
    const cached: CachedAssertion = { form, fetchedAtMs: helper.transport.nowMs() }
    writeCached(paths, cacheName(settings.path, 'assertion'), cached)
    forgetRefusal(paths, settings.path)
    return { form, content }
  } catch (thrown) {
    rememberRefusal(paths, settings.path, thrown)
    throw thrown
  } finally {
    writeCached(paths, memoryName, client.memory)
  }
}

function fetchForm(helper: AwsHelper, client: OktaClient): Promise<SamlForm> {
  const { file } = helper.settings
  if (file.oidc_client_id !== undefined) return fetchByDevice(helper, client, file.oidc_client_id)
  return fetchAssertion(client, file.sso_url, signInOf(helper))
}

function signInOf(helper: AwsHelper): SignIn {
  const { secrets, settings, person, totpAccount } = helper
  const { factor } = settings.file
  return {
    userName: settings.file.user_name,
    password: () => secrets.password(settings.lineage),
    totp: (request) => secrets.code(totpAccount, request),
    ...(factor === undefined ? {} : { factor }),
    ...(person === undefined ? {} : { person }),
  }
}

async function fetchByDevice(helper: AwsHelper, client: OktaClient, oidcClientId: string): Promise<SamlForm> {
  const { paths, settings, person } = helper
  const awsAppId = settings.file.okta_app_id ?? appIdOf(settings.file.sso_url)
  if (awsAppId === null) throw new Failure('aws_okta_device_app')
  const apps = { oidcClientId, awsAppId }
  const name = cacheName(settings.path, 'device')
  const kept = readCached<DeviceTokens>(paths, name)
  if (kept !== null && kept.expiresAtMs - minuteMs > helper.transport.nowMs())
    return assertionOfDevice(client, apps, kept)
  if (person === undefined) throw new Failure('aws_factor_needs_person', { detail: { factor: 'device flow' } })
  const tokens = await signInWithDevice(client, apps, person)
  writeCached(paths, name, tokens)
  return assertionOfDevice(client, apps, tokens)
}
