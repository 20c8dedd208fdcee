import type { Seen } from './raw-request.ts'

/** What a browser says that opens a page. */
export const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'user-agent': 'watchword-gate-doctor' }

/** A host that is nobody's (RFC 2606). */
export const nowhere = 'doctor.invalid'

/** Whether a stranger was turned away. */
export function isRefused({ status }: Seen): boolean {
  return (status >= 300 && status < 400) || status === 401 || status === 403
}

/** The login a stranger is led to, null where to none. */
export function loginOf(seen: Seen, url: URL): URL | null {
  const location = seen.headers.get('location')
  return location === null ? null : URL.parse(location, url)
}
