import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transport } from '../../aws/transport.ts'
import type { Environment } from './paths.ts'

/**
 * The network as the environment says: proxies by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, further certificates by
 * the settings, `AWS_CA_BUNDLE` or `REQUESTS_CA_BUNDLE`.
 *
 * @param caBundle - a PEM file to trust beside the usual certificates
 */
export async function networkTransport(
  env: Environment,
  caBundle: string | undefined,
  nowMs: () => number,
): Promise<Transport> {
  const clock = { nowMs, sleep: (durationMs: number) => sleep(durationMs) }
  // An empty variable names nothing.
  const bundle = caBundle ?? (env['AWS_CA_BUNDLE'] || env['REQUESTS_CA_BUNDLE'] || undefined)
  const httpProxy = env['http_proxy'] ?? env['HTTP_PROXY']
  const httpsProxy = env['https_proxy'] ?? env['HTTPS_PROXY']
  // Node's own fetch knows neither; the library that does is loaded only where it is needed.
  if (bundle === undefined && httpProxy === undefined && httpsProxy === undefined) return { ...clock, fetch }
  const [{ EnvHttpProxyAgent, fetch: proxiedFetch }, { rootCertificates }] = await Promise.all([
    import('undici'),
    import('node:tls'),
  ])
  const tls = bundle === undefined ? {} : { ca: [...rootCertificates, readFileSync(bundle, 'utf8')] }
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
    connect: tls,
    requestTls: tls,
  })
  return { ...clock, fetch: (url, options) => proxiedFetch(url, { ...options, dispatcher }) }
}
