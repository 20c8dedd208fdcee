import { useEffect, useState } from 'react'

const keptName = 'watchword.link'

/**
 * The secret part of a link that counts once, which stands behind the # of the address; empty without one. A link that is
 * pasted into the open page counts as well.
 */
export function useLinkSecret(): string {
  const [secret, setSecret] = useState(() => {
    restoreLinkSecret()
    return fragment()
  })
  useEffect(() => {
    const hear = () => {
      if (fragment() !== '') setSecret(fragment())
    }
    addEventListener('hashchange', hear)
    return () => removeEventListener('hashchange', hear)
  }, [])
  return secret
}

/** Keeps the address with its secret part while the provider of sign-on works in this tab; its answer comes without one. */
export function keepLinkSecret(): void {
  if (fragment() !== '') sessionStorage.setItem(keptName, location.pathname + location.hash)
}

/** Puts the secret part back into the address it was kept for, once. */
function restoreLinkSecret(): void {
  const kept = sessionStorage.getItem(keptName)
  if (kept === null || location.pathname !== kept.split('#')[0]) return
  sessionStorage.removeItem(keptName)
  if (fragment() === '')
    history.replaceState(null, '', location.pathname + location.search + kept.slice(kept.indexOf('#')))
}

/** Takes the secret out of the address, so that neither a glance nor the history holds it. */
export function hideLinkSecret(): void {
  if (fragment() !== '') history.replaceState(null, '', location.pathname + location.search)
}

function fragment(): string {
  return location.hash.slice(1)
}
