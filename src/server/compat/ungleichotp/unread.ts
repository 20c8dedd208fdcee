import type { PathOwner } from '../../http/unread.ts'

/** How ungleichotp's door speaks to whoever sends it what is no request. */
export const ungleichotpPaths: PathOwner = {
  path: '/ungleichotp/',
  unread: {
    headers: { 'content-type': 'application/json', vary: 'Accept', 'referrer-policy': 'same-origin' },
    body: '{"detail":"The request cannot be read."}',
  },
}
