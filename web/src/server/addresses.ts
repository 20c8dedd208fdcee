import { beginSignOn, type SignOnDemand } from '../contract.ts'
import { addressOf } from './call.ts'

/**
 * Where single sign-on begins; the provider sends the visitor back to `returnTo`.
 *
 * @param returnTo - a path of this console
 */
export function signOnAddress(returnTo: string): string {
  return addressOf(beginSignOn, { query: { returnTo } })
}

/** Where the provider proves once more who is in this session, as strongly and freshly as an account asks. */
export function signOnProofAddress(returnTo: string, demand?: SignOnDemand): string {
  const { acrValues = [], amr = [], maxAgeSeconds } = demand ?? {}
  return addressOf(beginSignOn, {
    query: {
      returnTo,
      stepUp: true,
      ...(acrValues.length === 0 ? {} : { acrValues: acrValues.join(' ') }),
      ...(amr.length === 0 ? {} : { amr: amr.join(' ') }),
      ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    },
  })
}
