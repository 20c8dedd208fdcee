/** What a printed configuration is made for. */
export interface ProxyConfigOptions {
  /** Hosts the proxy answers for, from the rules file or the command line. */
  readonly hosts: readonly string[]
  /** Where Watchword listens, `host:port`. */
  readonly gate: string
  /** Where the app listens, `host:port`. */
  readonly app: string
  /** Port the proxy listens on, an address before it if need be; the examples leave certificates to the reader. */
  readonly listen: string
  readonly cookieName: string
}

/** The headers that tell the app who visits; a visitor's own must never arrive. */
export const identityNames = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'] as const

/** What the gate looks at in a visitor's request besides the URL. */
export const lookedAt = [
  'Cookie',
  'Authorization',
  'Accept',
  'X-Requested-With',
  'Sec-Fetch-Mode',
  'Upgrade',
  'Origin',
  'Sec-WebSocket-Version',
  'X-Watchword-Doctor',
] as const

/** A listening place in its parts; without an address it is every one of the machine. */
export function listenParts(listen: string): { readonly address: string | null; readonly port: string } {
  const at = listen.lastIndexOf(':')
  return at < 0 ? { address: null, port: listen } : { address: listen.slice(0, at), port: listen.slice(at + 1) }
}
