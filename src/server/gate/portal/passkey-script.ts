/**
 * The portal's one script: offers passkeys where the browser has them. Everything else works without it.
 * It speaks WebAuthn directly, so that the page stays small.
 */
export const passkeyScript = `'use strict'
const button = document.getElementById('passkey')
const form = document.querySelector('form')
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '')
const post = async (url, body) => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error('refused')
  return answer.json()
}
const field = (name) => form.elements.namedItem(name).value
async function usePasskey() {
  button.disabled = true
  try {
    const begun = await post('/auth/passkey/options', { csrf_token: field('csrf_token'), user: field('user'), password: field('password') })
    const { challenge, allowCredentials = [], ...rest } = begun.options
    const publicKey = { ...rest, challenge: bytes(challenge), allowCredentials: allowCredentials.map((one) => ({ ...one, id: bytes(one.id) })) }
    const key = await navigator.credentials.get({ publicKey })
    const { authenticatorData, clientDataJSON, signature, userHandle } = key.response
    const response = { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), response: { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature), ...(userHandle ? { userHandle: text(userHandle) } : {}) } }
    const done = await post('/auth/passkey', { csrf_token: field('csrf_token'), ticket: begun.ticket, response, rd: field('rd') })
    location.assign(done.location)
  } catch {
    form.submit()
  } finally {
    button.disabled = false
  }
}
if (button && window.PublicKeyCredential) {
  button.hidden = false
  button.addEventListener('click', () => void usePasskey())
}
`
