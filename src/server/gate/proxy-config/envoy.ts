import { stringify } from 'yaml'
import { identityNames, lookedAt, misleading } from './headers.ts'
import type { GatePlace, ListenPlace, ProxySite } from './options.ts'

const types = 'type.googleapis.com/envoy.extensions'
const extAuthz = 'envoy.filters.http.ext_authz'

/**
 * A whole configuration for Envoy's `ext_authz`: listener, routes, clusters.
 *
 * The listener stands at the edge (`use_remote_address`): Envoy then says itself how a visitor came and from where,
 * and the check is told.
 */
export function envoyConfig(site: ProxySite): string {
  const manager = {
    '@type': `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: site.name,
    use_remote_address: true,
    normalize_path: true,
    path_with_escaped_slashes_action: 'REJECT_REQUEST',
    common_http_protocol_options: { headers_with_underscores_action: 'REJECT_REQUEST' },
    upgrade_configs: [{ upgrade_type: 'websocket' }],
    route_config: routes(site),
    http_filters: [
      { name: extAuthz, typed_config: checkFilter(site.gate) },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${types}.filters.http.router.v3.Router` },
      },
    ],
  }
  const chain = {
    filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }],
    ...transport(site),
  }
  return stringify({
    static_resources: {
      listeners: [{ name: site.name, address: listenAddress(site.listen), filter_chains: [chain] }],
      clusters: [cluster('app', tcpAddress(site.app)), cluster('watchword', gateAddress(site.gate))],
    },
  })
}

// Login pages are never asked about, or nobody could ever log in.
function routes({ hosts }: ProxySite): object {
  const unguarded = { '@type': `${types}.filters.http.ext_authz.v3.ExtAuthzPerRoute`, disabled: true }
  return {
    request_headers_to_remove: misleading.map((name) => name.toLowerCase()),
    virtual_hosts: [
      {
        name: 'app',
        domains: hosts.flatMap((host) => (host.startsWith('*.') ? [host] : [host, `${host}:*`])),
        routes: [
          {
            match: { prefix: '/auth/' },
            route: { cluster: 'watchword' },
            typed_per_filter_config: { [extAuthz]: unguarded },
          },
          { match: { prefix: '/' }, route: { cluster: 'app' } },
        ],
      },
    ],
  }
}

function checkFilter(gate: GatePlace): object {
  const patterns = (names: readonly string[]) => ({ patterns: names.map((name) => ({ exact: name.toLowerCase() })) })
  const uri = gate.kind === 'unix' ? 'http://watchword' : `http://${gate.address}`
  return {
    '@type': `${types}.filters.http.ext_authz.v3.ExtAuthz`,
    failure_mode_allow: false,
    http_service: {
      path_prefix: '/check/ext-authz',
      server_uri: { uri, cluster: 'watchword', timeout: '2s' },
      authorization_request: { allowed_headers: patterns([...lookedAt, 'X-Forwarded-For', 'X-Forwarded-Proto']) },
      authorization_response: { allowed_upstream_headers: patterns(identityNames) },
    },
  }
}

function transport({ tls }: ProxySite): object {
  if (tls === null) return {}
  const certificate = {
    certificate_chain: { filename: tls.certificate },
    private_key: { filename: tls.key },
  }
  const context = {
    '@type': `${types}.transport_sockets.tls.v3.DownstreamTlsContext`,
    common_tls_context: { tls_certificates: [certificate] },
  }
  return { transport_socket: { name: 'envoy.transport_sockets.tls', typed_config: context } }
}

function cluster(name: string, address: object): object {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address } }] }]
  return {
    name,
    type: 'STRICT_DNS',
    connect_timeout: '1s',
    load_assignment: { cluster_name: name, endpoints },
  }
}

function gateAddress(gate: GatePlace): object {
  return gate.kind === 'unix' ? { pipe: { path: gate.path } } : tcpAddress(gate.address)
}

function tcpAddress(text: string): object {
  const at = text.lastIndexOf(':')
  const address = text.slice(0, at).replace(/^\[(.*)\]$/, '$1')
  return { socket_address: { address, port_value: Number(text.slice(at + 1)) } }
}

function listenAddress({ address, port }: ListenPlace): object {
  const everywhere = address === null || address === '*'
  const bare = everywhere ? '::' : address.replace(/^\[(.*)\]$/, '$1')
  return { socket_address: { address: bare, port_value: port, ...(everywhere ? { ipv4_compat: true } : {}) } }
}
