import { stringify } from 'yaml'
import { identityNames, lookedAt, misleading } from './headers.ts'
import type { ProxySite } from './options.ts'

/** Dynamic configuration for Traefik 3. @param gate - `host:port`, for Traefik asks over no socket */
export function traefikConfig({ hosts, name, app, cookieName }: ProxySite, gate: string): string {
  const anyHost = hosts.map(hostMatcher).join(' || ')
  const own = `watchword_${name}`
  return stringify({
    http: {
      middlewares: {
        [`${own}_strip`]: {
          headers: { customRequestHeaders: Object.fromEntries(misleading.map((header) => [header, ''])) },
        },
        [own]: {
          forwardAuth: {
            address: `http://${gate}/check/forward`,
            trustForwardHeader: false,
            preserveLocationHeader: true,
            maxResponseBodySize: 65_536,
            addAuthCookiesToResponse: [`__Host-${cookieName}`, `__Secure-${cookieName}`, cookieName],
            authRequestHeaders: [...lookedAt],
            // The check hands back what was meant for the app; a token that was meant for the gate ends here.
            authResponseHeaders: [...identityNames, 'Authorization'],
          },
        },
      },
      routers: {
        [name]: { rule: anyHost, middlewares: [`${own}_strip`, own], service: name },
        [own]: { rule: `(${anyHost}) && PathPrefix(\`/auth/\`)`, priority: 1000, service: own },
      },
      services: {
        [name]: { loadBalancer: { servers: [{ url: `http://${app}` }] } },
        [own]: { loadBalancer: { servers: [{ url: `http://${gate}` }] } },
      },
    },
  })
}

function hostMatcher(host: string): string {
  if (!host.startsWith('*.')) return `Host(\`${host}\`)`
  return `HostRegexp(\`^.+${host.slice(1).replaceAll('.', String.raw`\.`)}$\`)`
}
