import { identityNames, misleading, passHeader } from './headers.ts'
import type { GatePlace, ProxySite } from './options.ts'

/** A site for Caddy's `forward_auth`; runs as it stands on Caddy 2.6. */
export function caddyConfig(site: ProxySite): string {
  const { gate, app, cookieName, listen } = site
  const place = upstream(gate)
  return `# Watchword's gate in front of an app. "route" keeps the order: strip first, then ask, then pass on.
${siteAddresses(site)} {
${listen.address === null ? '' : `  bind ${listen.address}\n`}${certificate(site)}  @gate_token header ${passHeader} token
  @websocket header_regexp Upgrade (?i)^websocket$
  handle /auth/* {
    reverse_proxy ${place}
  }
  handle {
    route {
${[...identityNames, passHeader, ...misleading].map((name) => `      request_header -${name}`).join('\n')}
      # Names with an underscore reach CGI and WSGI apps as those with a hyphen.
      request_header -*_*
      request_header X-Real-IP {remote_host}
      # What "Connection" names is dropped on the way to the app, who visits included. Nothing but a websocket leaves
      # HTTP/1.1: over h2c a visitor would talk to the app past the gate.
      request_header -Connection
      request_header @websocket Connection Upgrade
      request_header @websocket Upgrade websocket
      forward_auth ${place} {
        # The last ? keeps the visitor's own query away from the check.
        uri /check/forward?
        copy_headers ${[...identityNames, passHeader].join(' ')}
        # Otherwise visitors wait as long as a gate that hangs.
        transport http {
          dial_timeout 1s
          response_header_timeout 2s
        }
      }
      # The app sees neither the gate's cookie nor a token that was meant for the gate.
      request_header @gate_token -Authorization
      request_header -${passHeader}
      request_header Cookie "(^|;)\\s*(?:__Host-|__Secure-)?${cookieName}=[^;]*" "$1"
      reverse_proxy ${app}
    }
  }
}
`
}

function siteAddresses({ hosts, listen: { port }, tls }: ProxySite): string {
  const scheme = tls === null ? 'http' : 'https'
  return hosts.map((host) => (port === 443 ? host : `${scheme}://${host}:${port}`)).join(', ')
}

// Caddy gets certificates of its own where it answers at 443.
function certificate({ tls, listen: { port } }: ProxySite): string {
  const isOwn = tls === null || (port === 443 && tls.certificate.startsWith('/etc/letsencrypt/'))
  return isOwn ? '' : `  tls ${tls.certificate} ${tls.key}\n`
}

function upstream(gate: GatePlace): string {
  return gate.kind === 'unix' ? `unix/${gate.path}` : gate.address
}
