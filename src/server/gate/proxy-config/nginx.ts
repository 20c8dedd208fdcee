import { identityNames, type ProxyConfigOptions } from './options.ts'

/** A site for nginx's `auth_request`; runs as it stands on nginx 1.22. */
export function nginxConfig({ hosts, gate, app, listen, cookieName }: ProxyConfigOptions): string {
  const variable = (name: string) => `$gate_${name.slice('Remote-'.length).toLowerCase()}`
  const take = identityNames.map(
    (name) => `    auth_request_set ${variable(name)} $upstream_http_${name.toLowerCase().replace('-', '_')};`,
  )
  const give = identityNames.map((name) => `    proxy_set_header ${name} ${variable(name)};`)
  return `# Watchword's gate in front of an app. Keepalive works because the gate's checks have no body; with fewer idle
# connections than visitors at once, checks would keep opening new ones, at twice the cost.
upstream watchword { server ${gate}; keepalive 128; }

map $http_upgrade $watchword_connection { default upgrade; "" close; }

# The app never sees the gate's cookie.
map $http_cookie $watchword_app_cookie {
  default $http_cookie;
  "~^(?<gate_before>.*;\\s*|)(?:__Host-|__Secure-)?${cookieName}=[^;]*(?:;\\s*(?<gate_after>.*))?$" "$gate_before$gate_after";
}

server {
  listen ${listen};
  server_name ${hosts.join(' ')};

  # Pages of the login; never guarded.
  location /auth/ {
    proxy_pass http://watchword;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
  }

  # Only nginx itself may ask.
  location = /.watchword-check {
    internal;
    proxy_pass http://watchword/check/nginx;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_pass_request_body off;
    proxy_set_header Content-Length "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
    proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header X-Forwarded-Uri "";
    proxy_set_header X-Forwarded-Method "";
    proxy_connect_timeout 1s;
    proxy_read_timeout 2s;
  }

  # A browser is led to the login; a program gets the plain 401.
  location @watchword_login { if ($gate_to) { return 302 $gate_to; } return 401; }
  location @watchword_away { default_type text/plain; add_header Retry-After 5 always; return 503 "The login service is not reachable.\\n"; }

  # Guard every location: a location with "return" of its own answers before the check.
  location / {
    auth_request /.watchword-check;
    auth_request_set $gate_to $upstream_http_location;
${take.join('\n')}
    error_page 401 = @watchword_login;
    error_page 500 = @watchword_away;

    proxy_pass http://${app};
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $watchword_connection;
    proxy_set_header Cookie $watchword_app_cookie;
${give.join('\n')}
  }
}
`
}
