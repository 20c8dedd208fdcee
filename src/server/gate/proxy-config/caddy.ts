import { identityNames, listenParts, type ProxyConfigOptions } from './options.ts'

/** A site for Caddy's `forward_auth`; runs as it stands on Caddy 2.6. */
export function caddyConfig({ hosts, gate, app, listen }: ProxyConfigOptions): string {
  const { address, port } = listenParts(listen)
  const names = port === '443' ? hosts : hosts.map((host) => `http://${host}:${port}`)
  const bind = address === null ? '' : `  bind ${address}\n`
  return `# Watchword's gate in front of an app. "route" keeps the order: strip first, then ask, then pass on.
${names.join(', ')} {
${bind}  handle /auth/* {
    reverse_proxy ${gate}
  }
  handle {
    route {
      request_header -Remote-*
      request_header -Remote_*
      request_header -X-Original-*
      forward_auth ${gate} {
        # The last ? keeps the visitor's own query away from the check.
        uri /check/forward?
        copy_headers ${identityNames.join(' ')}
      }
      reverse_proxy ${app}
    }
  }
}
`
}
