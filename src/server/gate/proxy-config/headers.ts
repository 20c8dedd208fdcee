/** The headers that tell the app who visits; a visitor's own must never arrive. */
export const identityNames = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'] as const

/** What the gate looks at in a visitor's request besides the URL. */
export const lookedAt = [
  'Cookie',
  'Authorization',
  'Accept',
  'User-Agent',
  'X-Requested-With',
  'Sec-Fetch-Mode',
  'Upgrade',
  'Origin',
  'Sec-WebSocket-Version',
  'X-Watchword-Doctor',
] as const

/**
 * Headers of visitors that apps believe, of another path, host, port or method than the one that was judged. Those
 * that tell the truth are set by the proxy; these are taken away.
 */
export const misleading = [
  'Forwarded',
  'X-Original-URL',
  'X-Original-URI',
  'X-Original-Method',
  'X-Original-Host',
  'X-Rewrite-URL',
  'X-Forwarded-Uri',
  'X-Forwarded-Method',
  'X-Forwarded-Prefix',
  'X-Forwarded-Port',
  'X-Forwarded-Server',
  'X-Forwarded-Scheme',
  'X-Forwarded-Ssl',
] as const

/** Beside a pass: how it was shown. A token in `Authorization` is for the gate, and the app must not see it. */
export const passHeader = 'X-Watchword-Pass'
