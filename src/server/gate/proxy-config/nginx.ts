import { identityNames, misleading, passHeader } from './headers.ts'
import type { GatePlace, ProxySite } from './options.ts'

/** A site for nginx's `auth_request`; runs as it stands on nginx 1.22. */
export function nginxConfig(site: ProxySite): string {
  return `# Watchword's gate in front of an app. Keepalive works because the gate's checks have no body; with fewer idle
# connections than visitors at once, checks would keep opening new ones, at twice the cost.
${maps(site)}
server {
  listen ${site.listen.text}${site.tls === null ? '' : ' ssl'};
  server_name ${site.hosts.join(' ')};
${certificate(site)}  # How much may be uploaded is the app's to say; the check is measured by the same body.
  client_max_body_size 0;

  # nginx brings requests for unknown hosts to the first site it finds; what is no host of this one ends here.
  if ($known_${site.name} = "") { return 421; }

${portal(site)}
${check(site)}
${refused}
${app(site)}}
`
}

function maps({ hosts, name, gate, cookieName }: ProxySite): string {
  const ours = `(?:__Host-|__Secure-)?${cookieName}=`
  const others = String.raw`(?:(?!${ours})(?:[^;]+(?:;\s*|$)|;\s*))*+`
  const own = String.raw`(?:${ours}[^;]*(?:;\s*|$))`
  const next = (part: string) => `(?:${own}+(?<gate_${part}>${others}))?`
  // Fits every header, so that the default is for an expression that gave up: the app then gets none.
  const cookies = `^(?<gate_first>${others})${['second', 'third', 'fourth'].map(next).join('')}(?:${ours}.*)?$`
  return `upstream watchword_${name} { server ${gateServer(gate)}; keepalive 128; }

# Nothing but a websocket leaves HTTP/1.1: over h2c a visitor would talk to the app past the gate.
map $http_upgrade $upgrade_${name} { default ""; "~*^websocket$" websocket; }
map $upgrade_${name} $connection_${name} { default upgrade; "" close; }

# The app sees neither the gate's cookie nor a token that was meant for the gate.
map $http_cookie $cookie_${name} {
  default "";
  "~${cookies}" "$gate_first$gate_second$gate_third$gate_fourth";
}
map $gate_pass $authorization_${name} { default $http_authorization; token ""; }

map $host $known_${name} { default ""; "~^(?:${hosts.map(hostExpression).join('|')})$" yes; }

# The host is the one this site was chosen by; of the visitor's own words only the port is taken.
map $http_host $port_${name} { default ""; "~(?<gate_port>:[0-9]+)$" $gate_port; }
`
}

function gateServer(gate: GatePlace): string {
  return gate.kind === 'unix' ? `unix:${gate.path}` : gate.address
}

function hostExpression(host: string): string {
  const literal = (text: string) => text.replaceAll(/[.[\]]/g, String.raw`\$&`)
  return host.startsWith('*.') ? `.+${literal(host.slice(1))}` : literal(host)
}

function certificate({ tls }: ProxySite): string {
  if (tls === null) return ''
  return `  ssl_certificate ${tls.certificate};
  ssl_certificate_key ${tls.key};
`
}

function portal({ name }: ProxySite): string {
  return `  # Pages of the login; never guarded.
  location /auth/ {
    client_max_body_size 64k;
    proxy_pass http://watchword_${name};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host$port_${name};
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $host$port_${name};
    proxy_set_header X-Forwarded-Proto $scheme;
  }
`
}

function check({ name }: ProxySite): string {
  return `  # Only nginx itself may ask.
  location = /.watchword-check {
    internal;
    proxy_pass http://watchword_${name}/check/nginx;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Host $host;
    proxy_set_header X-Original-URL $scheme://$host$port_${name}$request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header X-Forwarded-Uri "";
    proxy_set_header X-Forwarded-Method "";
    proxy_connect_timeout 1s;
    proxy_read_timeout 2s;
  }
`
}

const refused = `  # A browser is led to the login; a program is told where it is.
  location @watchword_login {
    default_type application/json;
    add_header Cache-Control no-store always;
    add_header X-Watchword-Login $gate_login always;
    if ($gate_to) { return 302 $gate_to; }
    return 401 '{"login":"$gate_login"}';
  }
  location @watchword_away { default_type text/plain; add_header Retry-After 5 always; return 503 "The login service is not reachable.\\n"; }
`

function app({ name, app: address }: ProxySite): string {
  const taken: readonly (readonly [string, string])[] = [
    ['to', 'location'],
    ['login', 'x_watchword_login'],
    ['pass', passHeader.toLowerCase().replaceAll('-', '_')],
    ...identityNames.map((header): [string, string] => [shortName(header), header.toLowerCase().replace('-', '_')]),
  ]
  return `  # Guard every location: a location with "return" of its own answers before the check.
  location / {
    auth_request /.watchword-check;
${taken.map(([variable, header]) => `    auth_request_set $gate_${variable} $upstream_http_${header};`).join('\n')}
    error_page 401 = @watchword_login;
    error_page 500 = @watchword_away;

    proxy_pass http://${address};
    proxy_http_version 1.1;
    proxy_set_header Host $host$port_${name};
    proxy_set_header Upgrade $upgrade_${name};
    proxy_set_header Connection $connection_${name};
    proxy_set_header Cookie $cookie_${name};
    proxy_set_header Authorization $authorization_${name};
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $host$port_${name};
    proxy_set_header X-Forwarded-Proto $scheme;
${misleading.map((header) => `    proxy_set_header ${header} "";`).join('\n')}
${identityNames.map((header) => `    proxy_set_header ${header} $gate_${shortName(header)};`).join('\n')}
  }
`
}

function shortName(header: string): string {
  return header.slice('Remote-'.length).toLowerCase()
}
