import { isFailure } from '../../../errors/failure.ts'
import { checkQrLook, type QrLook, type Rgba } from '../../../qr/look.ts'
import type { By } from '../../subjects/audited.ts'
import { type Given, optionalFlag, optionalNumber } from './body.ts'
import type { TinyMfaParts } from './parts.ts'
import { notSafe, Refusal } from './refusal.ts'
import { settingsChanged, type TinyMfaOidc, type TinyMfaSettings } from './settings.ts'

/** The schema go-tiny-mfa's last version has; clients were told it and are still. */
const schemaVersion = 2
const secretMask = '********'

/** The server's configuration, colours and OpenID Connect settings, as its root token sees them. */
export class System {
  readonly #parts: TinyMfaParts

  constructor(parts: TinyMfaParts) {
    this.#parts = parts
  }

  async configuration(): Promise<object> {
    const { httpPort, denyLimit, verifyTokens } = await this.#parts.settings.read()
    const named = { http_port: httpPort, deny_limit: denyLimit, verify_tokens: verifyTokens }
    return { ...named, 'schema-version': schemaVersion }
  }

  /** Changes the configuration. @throws Refusal 400, in go-tiny-mfa's words where it had some */
  async configure(by: By, given: Given): Promise<object> {
    const httpPort = inRange(optionalNumber(given, 'http_port', 'router-port'), 'router-port', 65_535)
    const denyLimit = inRange(optionalNumber(given, 'deny_limit', 'deny-limit'), 'deny-limit', 255)
    const verifyTokens = verifyTokensIn(given)
    const before = await this.#parts.settings.read()
    const after: TinyMfaSettings = {
      ...before,
      httpPort: httpPort ?? before.httpPort,
      denyLimit: denyLimit ?? before.denyLimit,
      verifyTokens: verifyTokens ?? before.verifyTokens,
    }
    await this.#write(by, after, 'configuration')
    if (before.verifyTokens && !after.verifyTokens) {
      const message = 'tiny-mfa: users and validation are open to everybody, because tokens are not verified'
      this.#parts.core.services.log.warn({}, message)
    }
    return this.configuration()
  }

  async oidc(): Promise<object> {
    return shownOidc((await this.#parts.settings.read()).oidc)
  }

  /** Keeps OpenID Connect settings as they were sent; an administrator makes them count. */
  async draftOidc(by: By, given: Given): Promise<object> {
    const before = await this.#parts.settings.read()
    const { oidc, secret } = oidcIn(given, before.oidc)
    if (oidc.discoveryUrl !== '') await this.#draft(by, oidc, secret)
    await this.#write(by, { ...before, oidc }, 'oidc')
    return shownOidc(oidc)
  }

  async #draft({ actor }: By, { discoveryUrl, clientId }: TinyMfaOidc, secret: string | null): Promise<void> {
    const draft = { issuer: discoveryUrl, clientId, ...(secret === null ? {} : { clientSecret: secret }) }
    try {
      await this.#parts.draftSignOn(actor, draft)
    } catch (error) {
      // Where the environment names the provider there is no draft; what was sent is kept and shown all the same.
      if (isFailure(error, 'sign_on_from_environment')) return
      throw isFailure(error, 'sign_on_settings_invalid') ? notSafe() : error
    }
  }

  async colours(): Promise<object> {
    return shownLook(await this.#parts.looks.read())
  }

  /** Changes the colours of QR codes. @throws Refusal 400 when no reader could tell them apart */
  async paint(by: By, given: Given): Promise<object> {
    const background = colourIn(given['qrcode-bgcolor'])
    const foreground = colourIn(given['qrcode-fgcolor'])
    if (checkQrLook({ background, foreground }) !== null) {
      throw new Refusal(400, 'these colours make a code that cannot be seen')
    }
    await this.#parts.looks.write(by.actor, { background, foreground })
    return shownLook({ background, foreground })
  }

  async #write(by: By, settings: TinyMfaSettings, what: 'configuration' | 'oidc'): Promise<void> {
    const { storage, audit } = this.#parts.core
    await storage.transaction(async (tx) => {
      await this.#parts.settings.write(tx, settings)
      await audit.append(tx, [settingsChanged(by, what)])
    })
  }
}

function inRange(number: number | undefined, called: string, max: number): number | undefined {
  if (number === undefined || (Number.isInteger(number) && number >= 1 && number <= max)) return number
  throw new Refusal(400, `supplied value for ${called} is not between 1 and ${max}`)
}

/** The manual spells the key `veriy_token`; both are understood, unless they contradict each other. */
function verifyTokensIn(given: Given): boolean | undefined {
  const own = optionalFlag(given, 'verify_tokens')
  const misspelt = optionalFlag(given, 'veriy_token')
  if (own !== undefined && misspelt !== undefined && own !== misspelt) {
    throw new Refusal(400, 'verify_tokens and veriy_token contradict each other')
  }
  return own ?? misspelt
}

function oidcIn(given: Given, before: TinyMfaOidc): { oidc: TinyMfaOidc; secret: string | null } {
  const either = (name: string) => given[name] ?? given[name.replace('-', '_')]
  const enabled = given['enabled'] ?? false
  const clientId = either('client-id') ?? ''
  const sent = either('client-secret') ?? secretMask
  const discoveryUrl = either('discovery-url') ?? ''
  if (typeof enabled !== 'boolean' || typeof clientId !== 'string') throw notSafe()
  if (typeof sent !== 'string' || typeof discoveryUrl !== 'string') throw notSafe()
  if (!isPrintable(clientId) || !isPrintable(sent) || !isWebAddress(discoveryUrl)) throw notSafe()
  const secret = sent === secretMask ? null : sent
  const hasSecret = secret === null ? before.hasSecret : secret !== ''
  return { oidc: { enabled, clientId, discoveryUrl, hasSecret }, secret }
}

function isPrintable(text: string): boolean {
  return /^[\x21-\x7e]{0,255}$/.test(text)
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && text.length <= 255
}

function shownOidc({ enabled, clientId, hasSecret, discoveryUrl }: TinyMfaOidc): object {
  const secret = hasSecret ? secretMask : ''
  return { id: 0, enabled, 'client-id': clientId, 'client-secret': secret, 'discovery-url': discoveryUrl }
}

function colourIn(value: unknown): Rgba {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notSafe()
  const channel = (name: string): number => {
    const number: unknown = (value as Record<string, unknown>)[name] ?? 0
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > 255) throw notSafe()
    return number
  }
  return [channel('red'), channel('green'), channel('blue'), channel('alpha')]
}

function shownLook({ background, foreground }: QrLook): object {
  return { 'qrcode-bgcolor': shownColour(background), 'qrcode-fgcolor': shownColour(foreground) }
}

function shownColour([red, green, blue, alpha]: Rgba): object {
  return { red, green, blue, alpha }
}
