import { useEffect, useState } from 'react'

/**
 * The secret part of a one-time link, which stands behind the # of the address; empty without one. A link that is
 * pasted into the open page counts as well.
 */
export function useLinkSecret(): string {
  const [secret, setSecret] = useState(fragment)
  useEffect(() => {
    const hear = () => {
      if (fragment() !== '') setSecret(fragment())
    }
    addEventListener('hashchange', hear)
    return () => removeEventListener('hashchange', hear)
  }, [])
  return secret
}

/** Takes the secret out of the address, so that neither a glance nor the history holds it. */
export function hideLinkSecret(): void {
  if (fragment() !== '') history.replaceState(null, '', location.pathname + location.search)
}

function fragment(): string {
  return location.hash.slice(1)
}
