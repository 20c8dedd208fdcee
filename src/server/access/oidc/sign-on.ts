import type { FastifyReply, FastifyRequest } from 'fastify'
import * as client from 'openid-client'
import { Failure, isFailure } from '../../../errors/failure.ts'
import type { Tx } from '../../database/storage.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { askedHost } from '../origin.ts'
import { clearCookie, cookieValues, mayGoPlain, setCookie } from '../cookies.ts'
import { loggedInActor, sourceHashes } from '../login/login.ts'
import { acceptedBudget, isKnownSource } from '../login/login-budget.ts'
import { readBudgets, writeBudget } from '../login/store.ts'
import { personObject } from '../people/people.ts'
import type { PersonRow } from '../people/store.ts'
import type { SessionLimits } from '../sessions/limits.ts'
import type { SessionData } from '../sessions/store.ts'
import { auditRefusal, told } from './audited.ts'
import { type Claims, mayLogIn, namesSomebody, readClaims } from './claims.ts'
import { noLaterThan } from './demand.ts'
import type { KeptSettings } from './kept-settings.ts'
import { inFlightForMs, type LoginInFlight, openInFlight, sealInFlight } from './login-in-flight.ts'
import { proveBySignOn } from './proof.ts'
import { isUnreached, type Provider, ProviderCache, reasonOf } from './provider.ts'
import { provisionPerson, signOnTransaction } from './provision.ts'
import { returnPath } from './return-target.ts'
import { refuseSecondReturn } from './used-once.ts'

/** A person the provider vouched for, for whoever opens their session. */
export interface SignedOn {
  readonly person: PersonRow
  readonly data: SessionData
  readonly oidcSession: string | undefined
  readonly isNewSource: boolean
  /** When the provider proved them, where that was before this moment; for the session. */
  readonly proven: { readonly authenticatedAtMs?: number }
}

/**
 * Opens a gate session for a person the provider vouched for, in the transaction that audits it, and answers.
 * `remembers` is what was wished when the login began.
 */
export type GateFinish = (
  signedOn: SignedOn & { readonly remembers: boolean },
  tx: Tx,
  request: FastifyRequest,
) => Promise<{ cookies: (reply: FastifyReply) => void }>

/** What a login that came back leads to. */
export interface Returned {
  readonly returnTo: string
  /** A new console session's token, null after a step-up or a gate login. */
  readonly token: string | null
  readonly cookies?: (reply: FastifyReply) => void
}

export interface BeginOptions {
  readonly purpose?: 'console' | 'gate'
  /** For the console a path of ours; the gate checks its targets itself. */
  readonly returnTo: string
  /** Asks for a fresh proof, whatever session the provider still has. */
  readonly isAgain?: boolean
  /** For the gate: the session is to outlive the browser. */
  readonly remembers?: boolean
  /** Proves this session's person again instead of logging in. */
  readonly proof?: LoginInFlight['proof']
}

/** Sign-on through an OpenID provider: code flow with PKCE, state and nonce. */
export class SignOn {
  readonly settings: KeptSettings
  readonly callbackPath: string
  readonly #context: AccessContext
  readonly #providers: ProviderCache
  #gateFinish: GateFinish | null = null

  constructor(context: AccessContext, settings: KeptSettings, callbackPath: string) {
    this.#context = context
    this.settings = settings
    this.callbackPath = callbackPath
    this.#providers = new ProviderCache(context.services.log)
  }

  /** Whether people can sign on now. */
  async isActive(): Promise<boolean> {
    return (await this.settings.active()) !== null
  }

  /** The provider people sign on with; throws `sign_on_off`, `sign_on_busy`. */
  async provider(): Promise<Provider> {
    const settings = await this.settings.active()
    if (settings === null) throw new Failure('sign_on_off')
    return this.#providers.get(settings, nowMs(this.#context))
  }

  /** Where the provider sends people back to, as it has to be registered there. */
  redirectUri(request: FastifyRequest): string {
    return this.#context.outside(request).origin + this.callbackPath
  }

  /** The host a request came by, whatever the configuration says we are called. */
  askedHost(request: FastifyRequest): string {
    return askedHost(this.#context.services.config, request)
  }

  /** The gate says how its sessions begin. */
  finishGateBy(finish: GateFinish): void {
    this.#gateFinish = finish
  }

  /** Sets the cookie of a login in flight and answers the provider's address to go to. */
  async begin(request: FastifyRequest, reply: FastifyReply, options: BeginOptions): Promise<string> {
    const { configuration, settings } = await this.provider()
    const { origin } = this.#context.outside(request)
    const purpose = options.purpose ?? 'console'
    const login: LoginInFlight = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      codeVerifier: client.randomPKCECodeVerifier(),
      redirectUri: this.redirectUri(request),
      returnTo: purpose === 'gate' ? options.returnTo : returnPath(options.returnTo, origin),
      purpose,
      expiresAtMs: nowMs(this.#context) + inFlightForMs,
      ...(options.isAgain === true ? { isAgain: true } : {}),
      ...(options.remembers === true ? { remembers: true } : {}),
      ...(options.proof === undefined ? {} : { proof: options.proof }),
    }
    const parameters = {
      redirect_uri: login.redirectUri,
      scope: settings.scopes.join(' '),
      state: login.state,
      nonce: login.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(login.codeVerifier),
      code_challenge_method: 'S256',
      ...proofParameters(login),
    }
    const address = this.#addressOf(() => client.buildAuthorizationUrl(configuration, parameters))
    setCookie(reply, 'watchword_sign_on', sealInFlight(this.#cookieKey(), login), this.#isPlain(request))
    return address
  }

  /**
   * Finishes a login that came back from the provider.
   *
   * @throws {@link Failure} `sign_on_refused`, `sign_on_group_missing`, `sign_on_proof_weak`, `sign_on_busy`; the log
   *   and audit say why
   */
  async finish(request: FastifyRequest, reply: FastifyReply): Promise<Returned> {
    const login = this.#loginOf(request)
    clearCookie(reply, 'watchword_sign_on', this.#isPlain(request))
    if (login === null) throw new Failure('sign_on_refused')
    if (login.proof !== undefined) return this.#prove(request, login, login.proof)
    const { logins } = this.#context.services.metrics
    try {
      const returned = await this.#logIn(request, login)
      logins.inc({ outcome: 'accepted' })
      return returned
    } catch (error) {
      // Where the provider is away nobody was refused.
      if (!isFailure(error, 'sign_on_busy')) logins.inc({ outcome: 'refused' })
      throw error
    }
  }

  /** Where the provider ends its own session of a person who logged out here, or null. */
  async logoutAddress(request: FastifyRequest, idToken: string | undefined): Promise<string | null> {
    if (idToken === undefined || !(await this.isActive())) return null
    try {
      const { configuration } = await this.provider()
      if (configuration.serverMetadata().end_session_endpoint === undefined) return null
      const { origin } = this.#context.outside(request)
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `${origin}/` }
      return this.#addressOf(() => client.buildEndSessionUrl(configuration, parameters))
    } catch (error) {
      // The logout here must not wait for the provider.
      if (isFailure(error, 'sign_on_busy')) return null
      throw error
    }
  }

  // What a provider names as its addresses may be none, or one of another kind that no browser must be sent to.
  #addressOf(build: () => URL): string {
    try {
      return build().href
    } catch (cause) {
      this.#context.services.log.warn({ reason: reasonOf(cause) }, 'the provider names no address to send people to')
      throw new Failure('sign_on_busy', { cause })
    }
  }

  async #exchange(
    { configuration, settings }: Provider,
    login: LoginInFlight,
    request: FastifyRequest,
  ): Promise<{ claims: Claims; idToken: string }> {
    const returned = new URL(login.redirectUri)
    returned.search = new URL(request.url, returned).search
    try {
      const tokens = await client.authorizationCodeGrant(configuration, returned, {
        expectedState: login.state,
        expectedNonce: login.nonce,
        pkceCodeVerifier: login.codeVerifier,
        idTokenExpected: true,
        ...(isFreshLogin(login) ? { maxAge: login.proof?.demand.maxAgeSeconds ?? 0 } : {}),
      })
      const token: Record<string, unknown> = { ...tokens.claims() }
      const claims = readClaims(token, {}, settings)
      if (!namesSomebody(claims)) throw new Error('the subject is none')
      const isComplete = claims.groups !== null || configuration.serverMetadata().userinfo_endpoint === undefined
      const userinfo = isComplete ? {} : await client.fetchUserInfo(configuration, tokens.access_token, claims.subject)
      return { claims: readClaims(token, userinfo, settings), idToken: tokens.id_token ?? '' }
    } catch (cause) {
      const reason = reasonOf(cause)
      if (isUnreached(cause)) {
        this.#context.services.log.warn({ reason }, 'the provider could not be asked about a login')
        throw new Failure('sign_on_busy', { cause })
      }
      this.#context.services.log.warn({ reason }, 'a login through the provider was refused')
      await auditRefusal(this.#context, null, request.address, 'provider')
      throw new Failure('sign_on_refused', { cause })
    }
  }

  async #logIn(request: FastifyRequest, login: LoginInFlight): Promise<Returned> {
    const provider = await this.provider()
    const { claims, idToken } = await this.#exchange(provider, login, request)
    await this.#refuseOutsiders(provider, claims, request)
    const context = this.#context
    const { address } = request
    const data = { idToken, assurance: noLaterThan(claims.assurance, nowMs(context)) }
    const limits = await context.sessionLimits()
    let refusal = 'replayed'
    const opened = signOnTransaction(context, async (tx) => {
      await refuseSecondReturn(context, tx, login)
      refusal = 'disabled'
      const person = await provisionPerson(context, tx, claims, provider.settings, address)
      const isNewSource = await this.#meetSource(tx, person, address)
      const oidcSession = claims.session === null ? undefined : providerSession(claims.issuer, claims.session)
      const signedOn: SignedOn = { person, data, oidcSession, isNewSource, proven: provenAt(login, data) }
      if (login.purpose === 'gate') return this.#openGate(signedOn, tx, request, login)
      return this.#openConsole({ ...signedOn, claims, limits }, tx, request, login)
    })
    return opened.catch(async (error: unknown) => {
      if (isFailure(error, 'sign_on_refused')) await auditRefusal(context, claims, address, refusal)
      throw error
    })
  }

  async #openConsole(
    { person, data, oidcSession, isNewSource, proven, claims, limits }: SignedOn & Opening,
    tx: Tx,
    request: FastifyRequest,
    login: LoginInFlight,
  ): Promise<Returned> {
    const { address } = request
    const session = await this.#context.sessions.begin(tx, {
      kind: 'console',
      personId: person.id,
      factors: 'two',
      address,
      userAgent: request.headers['user-agent'] ?? '',
      limits,
      data,
      ...(oidcSession === undefined ? {} : { oidcSession }),
      ...proven,
    })
    await audit(this.#context, tx, loggedInActor(person, address), {
      action: 'person.login',
      ...personObject(person),
      outcome: 'accepted',
      detail: { how: 'sign-on', sessionId: session.id, newSource: isNewSource, ...told(claims) },
    })
    return { returnTo: login.returnTo, token: session.token }
  }

  async #openGate(signedOn: SignedOn, tx: Tx, request: FastifyRequest, login: LoginInFlight): Promise<Returned> {
    if (this.#gateFinish === null) throw new Failure('sign_on_refused')
    const { cookies } = await this.#gateFinish({ ...signedOn, remembers: login.remembers === true }, tx, request)
    return { returnTo: login.returnTo, token: null, cookies }
  }

  async #prove(
    request: FastifyRequest,
    login: LoginInFlight,
    proof: NonNullable<LoginInFlight['proof']>,
  ): Promise<Returned> {
    const provider = await this.provider()
    const { claims, idToken } = await this.#exchange(provider, login, request)
    await this.#refuseOutsiders(provider, claims, request)
    await proveBySignOn(this.#context, { claims, idToken, address: request.address, login }, proof)
    return { returnTo: login.returnTo, token: null }
  }

  async #refuseOutsiders({ settings }: Provider, claims: Claims, { address }: FastifyRequest): Promise<void> {
    if (mayLogIn(claims, settings)) return
    await auditRefusal(this.#context, claims, address, 'group')
    throw new Failure('sign_on_group_missing')
  }

  async #meetSource(tx: Tx, person: PersonRow, address: string): Promise<boolean> {
    const context = this.#context
    const atMs = nowMs(context)
    const hashes = sourceHashes(context, address)
    const { source } = await readBudgets(tx, person.id, hashes)
    await writeBudget(tx, person.id, hashes.source, acceptedBudget(atMs))
    if (isKnownSource(source, atMs)) return false
    await context.notices.post(tx, {
      event: 'login.new_device',
      summary: `${person.username} logged in from an address not seen in the last 30 days: ${address}.`,
      personIds: [person.id],
      fields: { personId: person.id, username: person.username, address, kind: 'sign-on' },
    })
    return true
  }

  #loginOf(request: FastifyRequest): LoginInFlight | null {
    const key = this.#cookieKey()
    for (const value of cookieValues(request, 'watchword_sign_on', this.#isPlain(request))) {
      const login = openInFlight(key, value, nowMs(this.#context))
      if (login !== null) return login
    }
    return null
  }

  #isPlain(request: FastifyRequest): boolean {
    return mayGoPlain(this.#context.outside(request), this.#context.services.config)
  }

  #cookieKey(): Uint8Array {
    return this.#context.keyRing.deriveKey('sign-on cookie')
  }
}

/** What a console session needs besides. */
interface Opening {
  readonly claims: Claims
  readonly limits: SessionLimits
}

/** How a provider's session is filed here, for back-channel logout. */
export function providerSession(issuer: string, session: string): string {
  return `${issuer} ${session}`
}

// Someone who is asked to prove themselves has to do so, whatever session the provider still has of them.
function proofParameters(login: LoginInFlight): Record<string, string> {
  if (!isFreshLogin(login)) return {}
  const { acrValues, maxAgeSeconds } = login.proof?.demand ?? { acrValues: [], maxAgeSeconds: 0 }
  return {
    prompt: 'login',
    max_age: String(maxAgeSeconds),
    ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
  }
}

function isFreshLogin({ proof, isAgain }: LoginInFlight): boolean {
  return proof !== undefined || isAgain === true
}

// Who only passed through an open session there has proved nothing anew. A proof that was asked for is one of now: its
// age was checked by the provider's clock.
function provenAt(login: LoginInFlight, { assurance }: SessionData): { readonly authenticatedAtMs?: number } {
  const authTimeMs = assurance?.authTimeMs ?? null
  return authTimeMs === null || isFreshLogin(login) ? {} : { authenticatedAtMs: authTimeMs }
}
