/**
 * The portal's one script: offers passkeys where the browser has them, and lets a login elsewhere know of "Stay logged
 * in". Everything else works without it.
 * It speaks WebAuthn directly, so that the page stays small.
 */
export const passkeyScript = `'use strict'
const button = document.getElementById('passkey')
const form = document.querySelector('form')
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\\+/g, '-').replace(/\\//g, '_').replace(/=+$/, '')
class Refused extends Error {
  constructor(answer) {
    super('refused')
    this.answer = answer
  }
}
const post = async (url, body) => {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Refused(answer)
  return answer.json()
}
const field = (name) => form.elements.namedItem(name).value
const remembers = () => form.elements.namedItem('remember')?.checked === true
function say(message) {
  let place = document.querySelector('.message')
  if (!place) {
    place = document.createElement('div')
    form.before(place)
  }
  place.className = 'message'
  place.setAttribute('role', 'alert')
  place.textContent = message
}
function explain({ status, headers }) {
  const { refused, expired, wait } = button.dataset
  if (status === 429) say(wait.replace('{seconds}', headers.get('retry-after') ?? '30'))
  else say(status === 403 ? expired : refused)
}
async function usePasskey() {
  if (!form.reportValidity()) return
  button.disabled = true
  try {
    const begun = await post('/auth/passkey/options', { csrf_token: field('csrf_token'), user: field('user'), password: field('password') })
    const { challenge, allowCredentials = [], ...rest } = begun.options
    const publicKey = { ...rest, challenge: bytes(challenge), allowCredentials: allowCredentials.map((one) => ({ ...one, id: bytes(one.id) })) }
    const key = await navigator.credentials.get({ publicKey })
    const { authenticatorData, clientDataJSON, signature, userHandle } = key.response
    const response = { id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: key.getClientExtensionResults(), response: { authenticatorData: text(authenticatorData), clientDataJSON: text(clientDataJSON), signature: text(signature), ...(userHandle ? { userHandle: text(userHandle) } : {}) } }
    const done = await post('/auth/passkey', { csrf_token: field('csrf_token'), ticket: begun.ticket, response, rd: field('rd'), ...(remembers() ? { remember: '1' } : {}) })
    location.assign(done.location)
  } catch (error) {
    // Whoever closes the browser's own window changed their mind: nothing was tried, and nothing is said.
    if (error instanceof Refused) explain(error.answer)
    else if (error.name !== 'NotAllowedError' && error.name !== 'AbortError') say(button.dataset.refused)
  } finally {
    button.disabled = false
  }
}
if (button && window.PublicKeyCredential) {
  button.hidden = false
  button.addEventListener('click', () => void usePasskey())
}
const signOn = document.getElementById('sign-on')
if (signOn) {
  signOn.addEventListener('click', () => {
    const address = new URL(signOn.href)
    if (remembers()) address.searchParams.set('remember', '1')
    else address.searchParams.delete('remember')
    signOn.href = address.href
  })
}
`
