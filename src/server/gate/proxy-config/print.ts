import { apacheConfig } from './apache.ts'
import { caddyConfig } from './caddy.ts'
import { haproxyConfig } from './haproxy.ts'
import { nginxConfig } from './nginx.ts'
import type { ProxyConfigOptions } from './options.ts'
import { envoyConfig, ingressNginxConfig, traefikConfig } from './others.ts'

/** The proxies we print for. */
export const proxies = ['nginx', 'caddy', 'haproxy', 'apache', 'traefik', 'envoy', 'ingress-nginx'] as const
export type Proxy = (typeof proxies)[number]

/** One file of a printed configuration and where it goes. */
export interface ConfigFile {
  readonly path: string
  readonly content: string
}

/** The files a proxy needs to stand in front of an app, its site first. */
export function printConfig(proxy: Proxy, options: ProxyConfigOptions): readonly ConfigFile[] {
  switch (proxy) {
    case 'nginx':
      return [{ path: '/etc/nginx/conf.d/watchword.conf', content: nginxConfig(options) }]
    case 'caddy':
      return [{ path: '/etc/caddy/Caddyfile', content: caddyConfig(options) }]
    case 'haproxy': {
      const { config, lua } = haproxyConfig(options)
      return [
        { path: '/etc/haproxy/haproxy.cfg', content: config },
        { path: '/etc/haproxy/watchword.lua', content: lua },
      ]
    }
    case 'apache': {
      const { config, lua } = apacheConfig(options)
      return [
        { path: '/etc/apache2/sites-available/watchword.conf', content: config },
        { path: '/etc/apache2/watchword.lua', content: lua },
      ]
    }
    case 'traefik':
      return [{ path: '/etc/traefik/dynamic/watchword.yml', content: traefikConfig(options) }]
    case 'envoy':
      return [{ path: 'http_connection_manager of envoy.yaml', content: envoyConfig(options) }]
    case 'ingress-nginx':
      return [{ path: 'the Ingress', content: ingressNginxConfig(options) }]
  }
}
