import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'

/** Whether this browser can hold passkeys here: it needs HTTPS or localhost, and a name, because no passkey binds to a bare IP address. */
export function canUsePasskeys(): boolean {
  const isBareAddress = /^\d+\.\d+\.\d+\.\d+$|^\[/.test(location.hostname)
  return typeof PublicKeyCredential === 'function' && !isBareAddress
}

/**
 * Lets the browser answer a challenge with a passkey.
 *
 * @param options - as the server made them
 * @returns what the server wants back; null when the visitor or the browser gave up
 */
export async function proveWithPasskey(options: unknown): Promise<unknown> {
  const optionsJSON = options as PublicKeyCredentialRequestOptionsJSON
  const answer = import('@simplewebauthn/browser').then((m) => m.startAuthentication({ optionsJSON }))
  return answer.catch(() => null)
}

/** Lets the browser make a new passkey; null when the visitor or the browser gave up. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const optionsJSON = options as PublicKeyCredentialCreationOptionsJSON
  const answer = import('@simplewebauthn/browser').then((m) => m.startRegistration({ optionsJSON }))
  return answer.catch(() => null)
}
