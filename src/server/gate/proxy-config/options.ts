import { isIP } from 'node:net'
import { Failure } from '../../../errors/failure.ts'
import { canonicalHost } from '../host.ts'

/** What a printed configuration is made for. */
export interface ProxyConfigOptions {
  /** Hosts the proxy answers for, portals included, from the rules file or the command line. */
  readonly hosts: readonly string[]
  /** Where Watchword listens, `host:port` or `unix:` and a path. */
  readonly gate: string
  /** Where the app listens, `host:port`. */
  readonly app: string
  /** Port the proxy listens on, an address before it if need be. */
  readonly listen: string
  readonly cookieName: string
  /** The proxy's certificate; without one port 443 takes what certbot keeps. */
  readonly tls?: CertificateFiles
}

/** A certificate and its key, in two files. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** The same, looked at and taken apart: what the printers work with. */
export interface ProxySite {
  readonly hosts: readonly string[]
  /** Tells this site's names from those of another one in the same proxy, e.g. `app_example_com`. */
  readonly name: string
  readonly gate: GatePlace
  readonly app: string
  readonly listen: ListenPlace
  readonly cookieName: string
  /** Null for plain HTTP. */
  readonly tls: CertificateFiles | null
}

/** Where Watchword listens. */
export type GatePlace =
  | { readonly kind: 'tcp'; readonly address: string }
  | { readonly kind: 'unix'; readonly path: string }

/** A listening place in its parts; without an address it is every one of the machine. */
export interface ListenPlace {
  readonly address: string | null
  readonly port: number
  /** As it was written. */
  readonly text: string
}

/**
 * Looks at what was asked for, so that nothing is printed that its proxy would refuse or read otherwise.
 *
 * @throws {@link Failure} `gate_print_option`
 */
export function siteOf(options: ProxyConfigOptions): ProxySite {
  const hosts = [...new Set(options.hosts.map(hostName))]
  const listen = listenPlace(options.listen)
  const cookieName = options.cookieName
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(cookieName))
    throw refusal('--cookie-name', cookieName, 'letters, digits, - and _ only')
  return {
    hosts,
    name: siteName(hosts),
    gate: gatePlace(options.gate),
    app: hostAndPort('--app', options.app),
    listen,
    cookieName,
    tls: certificateFiles(options.tls, listen, hosts),
  }
}

function hostName(host: string): string {
  const isWildcard = host.startsWith('*.')
  const canonical = canonicalHost(isWildcard ? host.slice(2) : host)
  if (canonical === null) throw refusal('--host', host, 'a name such as app.example.com or *.example.com')
  return isWildcard ? `*.${canonical}` : canonical
}

function siteName([host = '']: readonly string[]): string {
  // A hyphen is not a dot: a-b.example.com and a.b.example.com are two sites.
  return host
    .replace(/^\*\./, 'any.')
    .replaceAll('-', '__')
    .replaceAll(/[^a-z0-9_]+/g, '_')
}

function gatePlace(text: string): GatePlace {
  if (!text.startsWith('unix:')) return { kind: 'tcp', address: hostAndPort('--gate', text) }
  const path = text.slice('unix:'.length)
  if (!/^\/[\w./-]+$/.test(path)) throw refusal('--gate', text, 'HOST:PORT, or unix: and the whole path of a socket')
  return { kind: 'unix', path }
}

function hostAndPort(option: string, text: string): string {
  const [, host = '', port] = /^(\[[0-9a-f:]+\]|[^\s:/]+):(\d{1,5})$/i.exec(text) ?? []
  if (canonicalHost(host) === null || !isPort(Number(port)))
    throw refusal(option, text, 'HOST:PORT, without http:// before it')
  return text
}

function listenPlace(text: string): ListenPlace {
  const at = text.lastIndexOf(':')
  const address = at < 0 ? null : text.slice(0, at)
  const port = text.slice(at + 1)
  const isAddress = address === null || address === '*' || isIP(address.replace(/^\[(.*)\]$/, '$1')) !== 0
  if (!isAddress || !/^\d{1,5}$/.test(port) || !isPort(Number(port)))
    throw refusal('--listen', text, 'PORT or ADDRESS:PORT; certificates are named by --tls-cert and --tls-key')
  return { address, port: Number(port), text }
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function certificateFiles(
  named: CertificateFiles | undefined,
  { port }: ListenPlace,
  [host = '']: readonly string[],
): CertificateFiles | null {
  if (named === undefined && port !== 443) return null
  const folder = `/etc/letsencrypt/live/${host.replace(/^\*\./, '')}`
  const files = named ?? { certificate: `${folder}/fullchain.pem`, key: `${folder}/privkey.pem` }
  for (const [option, path] of [['--tls-cert', files.certificate] as const, ['--tls-key', files.key] as const])
    if (!/^\/[\w./*+-]+$/.test(path)) throw refusal(option, path, 'the whole path of a file')
  return files
}

function refusal(option: string, value: string, wanted: string): Failure {
  return new Failure('gate_print_option', { detail: { option, value, wanted } })
}
