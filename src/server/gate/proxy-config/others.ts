import { stringify } from 'yaml'
import { identityNames, lookedAt, type ProxyConfigOptions } from './options.ts'

/** Dynamic configuration for Traefik 3. */
export function traefikConfig({ hosts, gate, app, cookieName }: ProxyConfigOptions): string {
  const anyHost = hosts.map(hostMatcher).join(' || ')
  return stringify({
    http: {
      middlewares: {
        watchword: {
          forwardAuth: {
            address: `http://${gate}/check/forward`,
            trustForwardHeader: false,
            preserveLocationHeader: true,
            maxResponseBodySize: 65_536,
            addAuthCookiesToResponse: [`__Host-${cookieName}`, `__Secure-${cookieName}`, cookieName],
            authRequestHeaders: [...lookedAt],
            authResponseHeaders: [...identityNames],
          },
        },
      },
      routers: {
        app: { rule: anyHost, middlewares: ['watchword'], service: 'app' },
        watchword: { rule: `(${anyHost}) && PathPrefix(\`/auth/\`)`, priority: 1000, service: 'watchword' },
      },
      services: {
        app: { loadBalancer: { servers: [{ url: `http://${app}` }] } },
        watchword: { loadBalancer: { servers: [{ url: `http://${gate}` }] } },
      },
    },
  })
}

function hostMatcher(host: string): string {
  if (!host.startsWith('*.')) return `Host(\`${host}\`)`
  return `HostRegexp(\`^[^.]+${host.slice(1).replaceAll('.', String.raw`\.`)}$\`)`
}

/** The HTTP filter for Envoy's `ext_authz`; goes before the router filter. */
export function envoyConfig({ gate }: ProxyConfigOptions): string {
  const patterns = (names: readonly string[]) => ({ patterns: names.map((name) => ({ exact: name.toLowerCase() })) })
  return stringify({
    normalize_path: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    http_filters: [
      {
        name: 'envoy.filters.http.ext_authz',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz',
          failure_mode_allow: false,
          http_service: {
            path_prefix: '/check/ext-authz',
            server_uri: { uri: `http://${gate}`, cluster: 'watchword', timeout: '2s' },
            authorization_request: {
              allowed_headers: patterns(lookedAt),
              headers_to_add: [{ key: 'x-forwarded-proto', value: '%REQ(:SCHEME)%' }],
            },
            authorization_response: { allowed_upstream_headers: patterns(identityNames) },
          },
        },
      },
    ],
  })
}

/** Annotations for an Ingress of ingress-nginx. */
export function ingressNginxConfig({ hosts, gate }: ProxyConfigOptions): string {
  const [host = 'app.example.com'] = hosts
  return stringify({
    metadata: {
      annotations: {
        'nginx.ingress.kubernetes.io/auth-url': `http://${gate}/check/nginx`,
        'nginx.ingress.kubernetes.io/auth-signin': `https://${host}/auth/login`,
        'nginx.ingress.kubernetes.io/auth-signin-redirect-param': 'rd',
        'nginx.ingress.kubernetes.io/auth-response-headers': identityNames.join(','),
      },
    },
  })
}
