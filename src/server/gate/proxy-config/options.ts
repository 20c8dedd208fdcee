/** What a printed configuration is made for. */
export interface ProxyConfigOptions {
  /** Hosts the proxy answers for, from the rules file or the command line. */
  readonly hosts: readonly string[]
  /** Where Watchword listens, `host:port`. */
  readonly gate: string
  /** Where the app listens, `host:port`. */
  readonly app: string
  /** What the proxy listens on; the examples leave certificates to the reader. */
  readonly listen: string
  readonly cookieName: string
}

/** The headers that tell the app who visits; a visitor's own must never arrive. */
export const identityNames = ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'] as const

/** What the gate looks at in a visitor's request besides the URL. */
export const lookedAt = ['Cookie', 'Authorization', 'Accept', 'X-Requested-With', 'Sec-Fetch-Mode', 'Upgrade'] as const
