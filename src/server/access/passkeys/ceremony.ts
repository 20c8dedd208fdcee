import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { Failure } from '../../../errors/failure.ts'
import type { PasskeyRow } from './store.ts'

// Loaded at the first passkey: it costs more time and memory than the rest of the start together.
const webauthn = () => import('@simplewebauthn/server')

/** The site a passkey belongs to. */
export interface Site {
  readonly origin: string
  /** Its host name, which passkeys are bound to. */
  readonly id: string
}

/** The site that passkeys of an origin belong to: its host without the port (WebAuthn level 3, section 4, RP ID). */
export function siteOf(origin: string): Site {
  return { origin, id: new URL(origin).hostname }
}

/** What a browser needs to make a passkey. It must be one that names its person by itself (a discoverable credential). */
export async function registrationOptions(
  site: Site,
  person: { id: string; username: string; displayName: string },
  present: readonly PasskeyRow[],
) {
  const { generateRegistrationOptions } = await webauthn()
  return generateRegistrationOptions({
    rpName: 'Watchword',
    rpID: site.id,
    userName: person.username,
    userDisplayName: person.displayName === '' ? person.username : person.displayName,
    userID: new TextEncoder().encode(person.id),
    attestationType: 'none',
    excludeCredentials: present.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
  })
}

/**
 * What a browser needs to show a passkey. It names no credential: the options are the same for whoever asks, and the
 * answer says whose passkey it is.
 */
export async function proofOptions(site: Site) {
  const { generateAuthenticationOptions } = await webauthn()
  return generateAuthenticationOptions({ rpID: site.id, userVerification: 'preferred' })
}

/** A passkey that was just made: its credential id, public key and counter. @throws {@link Failure} `passkey_refused` */
export async function checkRegistration(site: Site, challenge: string, response: unknown) {
  try {
    const { verifyRegistrationResponse } = await webauthn()
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: response as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: false,
    })
    if (!verified || registrationInfo === undefined) throw new Error('not verified')
    return registrationInfo.credential
  } catch (cause) {
    throw new Failure('passkey_refused', { cause })
  }
}

/** The new counter of a passkey that was shown rightly. @throws {@link Failure} `passkey_refused` */
export async function checkProof(
  site: Site,
  challenge: string,
  passkey: PasskeyRow,
  response: unknown,
): Promise<number> {
  try {
    const { verifyAuthenticationResponse } = await webauthn()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      credential: {
        id: passkey.credentialId,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.signCount,
      },
      requireUserVerification: false,
    })
    if (!verified) throw new Error('not verified')
    return authenticationInfo.newCounter
  } catch (cause) {
    throw new Failure('passkey_refused', { cause })
  }
}

/** The credential id in a browser's answer, or an empty text. */
export function credentialIdIn(response: unknown): string {
  if (typeof response !== 'object' || response === null || !('id' in response)) return ''
  return typeof response.id === 'string' ? response.id : ''
}

/** The transports a browser names for a new passkey. */
export function transportsIn(response: unknown): string[] {
  const { transports } = (response as { response?: { transports?: unknown } }).response ?? {}
  if (!Array.isArray(transports)) return []
  return transports.filter((transport): transport is string => typeof transport === 'string').slice(0, 8)
}
