/** What of a request decides whether it may come in at all. */
export interface Visit {
  readonly method: string | undefined
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
}

/**
 * The status a request is refused with, or null when it may come in.
 *
 * A page of another site may point its own name at this computer (DNS rebinding): only our own names are answered. A
 * form of another site may post here: what changes or reveals something must come from our own page.
 *
 * @param hosts - our names with the port, such as `127.0.0.1:8001`
 */
export function refusalOf({ method, host, origin, fetchSite }: Visit, hosts: readonly string[]): number | null {
  if (host === undefined || !hosts.includes(host)) return 421
  if (method !== 'GET' && method !== 'POST') return 405
  if (method === 'GET') return null
  const isOurs = origin === `http://${host}` && (fetchSite === undefined || fetchSite === 'same-origin')
  return isOurs ? null : 403
}

/** The names this computer's own browser may call us by. */
export function ownHosts(port: number): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
}
