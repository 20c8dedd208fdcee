import { identityNames, listenParts, lookedAt, type ProxyConfigOptions } from './options.ts'

/** The Lua action and the frontend for HAProxy from 2.6 on; no third-party Lua is needed. */
export function haproxyConfig({ hosts, gate, app, listen }: ProxyConfigOptions): {
  readonly lua: string
  readonly config: string
} {
  const { address, port } = listenParts(listen)
  return {
    lua: haproxyLua(),
    config: `# Watchword's gate in front of an app. Put the Lua part at the path named here.
global
  lua-load /etc/haproxy/watchword.lua

defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h

frontend web
  bind ${address ?? ''}:${port}
${hosts.map(knownHost).join('')}  http-request deny deny_status 421 unless known_host
  acl login path_beg /auth/
  http-request set-header X-Forwarded-For %[src] if login
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if login
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)] if login
  http-request lua.watchword http://${gate}/check/forward unless login
  http-request deny deny_status 503 unless login or { var(txn.watchword) -m str passed }
  use_backend watchword if login
  default_backend app

backend watchword
  server watchword ${gate}

backend app
  server app ${app}
`,
  }
}

function knownHost(host: string): string {
  const match = host.startsWith('*.') ? `-m end -i ${host.slice(1)}` : `-i ${host}`
  return `  acl known_host hdr(host),host_only ${match}\n`
}

function haproxyLua(): string {
  const list = (names: readonly string[]) => names.map((name) => `"${name.toLowerCase()}"`).join(', ')
  return `-- Asks Watchword about a request and passes its identity headers on.
local identity = { ${list(identityNames)} }
local copied = { ${list(lookedAt)} }
local returned = { "location", "www-authenticate", "x-watchword-login", "content-type", "cache-control" }

core.register_action("watchword", { "http-req" }, function(txn, check)
  local seen = txn.http:req_get_headers()
  local ask = {
    ["x-forwarded-for"] = { txn.f:src() },
    ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
    ["x-forwarded-host"] = { txn.f:req_hdr("host") or "" },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-method"] = { txn.f:method() },
  }
  for _, name in ipairs(copied) do
    if seen[name] then
      ask[name] = {}
      for _, value in pairs(seen[name]) do table.insert(ask[name], value) end
    end
  end
  local answer = core.httpclient():get { url = check, headers = ask, timeout = 2000 }
  for _, name in ipairs(identity) do
    txn.http:req_del_header(name)
    txn.http:req_del_header((name:gsub("-", "_")))
  end
  if not answer or not answer.status or answer.status == 0 then return end
  if answer.status >= 200 and answer.status < 300 then
    for _, name in ipairs(identity) do
      local value = answer.headers and answer.headers[name]
      if value and value[0] ~= "" then txn.http:req_set_header(name, value[0]) end
    end
    txn:set_var("txn.watchword", "passed")
    return
  end
  local reply = txn:reply { status = answer.status }
  for _, name in ipairs(returned) do
    local values = answer.headers and answer.headers[name]
    if values then for index = 0, #values do if values[index] then reply:add_header(name, values[index]) end end end
  end
  reply:set_body(answer.body or "")
  txn:done(reply)
end, 1)
`
}
