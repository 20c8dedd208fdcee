import { beginSignOn } from '../contract.ts'
import { addressOf } from './call.ts'

/**
 * Where single sign-on begins; the provider sends the visitor back to `returnTo`.
 *
 * @param returnTo - a path of this console
 */
export function signOnAddress(returnTo: string): string {
  return addressOf(beginSignOn, { query: { returnTo } })
}

/** Where the provider proves once more who is in this session. */
export function signOnProofAddress(returnTo: string): string {
  return addressOf(beginSignOn, { query: { returnTo, stepUp: true } })
}
