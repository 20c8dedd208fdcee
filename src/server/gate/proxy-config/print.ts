import { Failure } from '../../../errors/failure.ts'
import { apacheConfig } from './apache.ts'
import { caddyConfig } from './caddy.ts'
import { envoyConfig } from './envoy.ts'
import { haproxyConfig } from './haproxy.ts'
import { ingressNginxConfig } from './ingress-nginx.ts'
import { nginxConfig } from './nginx.ts'
import { type GatePlace, type ProxyConfigOptions, siteOf } from './options.ts'
import { traefikConfig } from './traefik.ts'

/** The proxies we print for. */
export const proxies = ['nginx', 'caddy', 'haproxy', 'apache', 'traefik', 'envoy', 'ingress-nginx'] as const
export type Proxy = (typeof proxies)[number]

/** One file of a printed configuration and where it goes. */
export interface ConfigFile {
  readonly path: string
  readonly content: string
}

/**
 * The files a proxy needs to stand in front of an app, its site first.
 *
 * @throws {@link Failure} `gate_print_option`: nothing is printed that its proxy would refuse or read otherwise
 */
export function printConfig(proxy: Proxy, options: ProxyConfigOptions): readonly ConfigFile[] {
  const site = siteOf(options)
  switch (proxy) {
    case 'nginx':
      return [{ path: `/etc/nginx/conf.d/${site.name}.conf`, content: nginxConfig(site) }]
    case 'caddy':
      return [{ path: '/etc/caddy/Caddyfile', content: caddyConfig(site) }]
    case 'haproxy': {
      const { config, lua } = haproxyConfig(site)
      return [
        { path: '/etc/haproxy/haproxy.cfg', content: config },
        { path: '/etc/haproxy/watchword.lua', content: lua },
      ]
    }
    case 'apache': {
      const luaPath = `/etc/apache2/watchword_${site.name}.lua`
      const { config, lua } = apacheConfig(site, luaPath)
      return [
        { path: `/etc/apache2/sites-available/${site.name}.conf`, content: config },
        { path: luaPath, content: lua },
      ]
    }
    case 'traefik':
      return [
        { path: `/etc/traefik/dynamic/${site.name}.yml`, content: traefikConfig(site, overTcp(proxy, site.gate)) },
      ]
    case 'envoy':
      return [{ path: '/etc/envoy/envoy.yaml', content: envoyConfig(site) }]
    case 'ingress-nginx':
      return [{ path: `${site.name}.yaml`, content: ingressNginxConfig(site, overTcp(proxy, site.gate)) }]
  }
}

function overTcp(proxy: Proxy, gate: GatePlace): string {
  if (gate.kind === 'tcp') return gate.address
  const detail = {
    option: '--gate',
    value: `unix:${gate.path}`,
    wanted: `HOST:PORT for ${proxy}, which asks over no socket`,
  }
  throw new Failure('gate_print_option', { detail })
}
