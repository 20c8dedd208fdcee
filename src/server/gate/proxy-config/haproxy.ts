import { identityNames, lookedAt, misleading, passHeader } from './headers.ts'
import { luaList, luaWithoutCookie } from './lua.ts'
import type { GatePlace, ProxySite } from './options.ts'

/** The Lua action and the frontend for HAProxy from 2.6 on; no third-party Lua is needed. */
export function haproxyConfig(site: ProxySite): { readonly lua: string; readonly config: string } {
  const { hosts, gate, app } = site
  return {
    lua: haproxyLua(site),
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
${certificateNote(site)}  bind ${bindTo(site)}
  # A list of hosts is a good one to some readers and a bad one to others.
  http-request deny deny_status 400 if { req.fhdr(host) -m reg [,[:space:]] } or { req.fhdr_cnt(host) gt 1 }
${hosts.map(knownHost).join('')}  http-request deny deny_status 421 unless known_host
  # A whole address as the target would reach the app as it is, and with "?" before its "@" lead there elsewhere.
  http-request set-uri %[pathq] unless { url_beg / }
  # What visitors say of themselves is replaced; names with an underscore reach CGI and WSGI apps as those with a hyphen.
${misleading.map((name) => `  http-request del-header ${name}`).join('\n')}
  http-request del-header _ -m sub
  # Nothing but a websocket leaves HTTP/1.1: over h2c a visitor would talk to the app past the gate.
  http-request del-header Upgrade unless { req.fhdr_cnt(upgrade) eq 1 } { req.fhdr(upgrade) -i websocket }
  http-request set-header X-Real-IP %[src]
  http-request set-header X-Forwarded-For %[src]
  http-request set-header X-Forwarded-Host %[req.fhdr(host)]
  http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]
  acl login path_beg /auth/
  http-request lua.watchword unless login
  http-request deny deny_status 503 unless login or { var(txn.watchword) -m str passed }
  use_backend watchword if login
  default_backend app

backend watchword
  server watchword ${socketAddress(gate)}

backend app
  server app ${app}
`,
  }
}

function bindTo({ listen: { address, port }, tls }: ProxySite): string {
  return `${address ?? ''}:${port}${tls === null ? '' : ` ssl crt ${tls.certificate}`}`
}

function certificateNote({ tls }: ProxySite): string {
  return tls === null
    ? ''
    : `  # The key is in the same file or, from HAProxy 2.2 on, beside it with .key behind its name.\n`
}

function knownHost(host: string): string {
  const match = host.startsWith('*.') ? `-m end -i ${host.slice(1)}` : `-i ${host}`
  return `  acl known_host req.fhdr(host),host_only ${match}\n`
}

function socketAddress(gate: GatePlace): string {
  return gate.kind === 'unix' ? `unix@${gate.path}` : gate.address
}

function checkRequest(gate: GatePlace): string {
  return gate.kind === 'unix'
    ? `url = "http://watchword/check/forward", dst = "unix@${gate.path}"`
    : `url = "http://${gate.address}/check/forward"`
}

function haproxyLua({ gate, cookieName }: ProxySite): string {
  const lower = (names: readonly string[]) => luaList(names.map((name) => name.toLowerCase()))
  return `-- Asks Watchword about a request and passes its identity headers on.
local identity = ${lower(identityNames)}
local copied = ${lower(lookedAt)}
local returned = { "location", "www-authenticate", "x-watchword-login", "content-type", "cache-control" }
${luaWithoutCookie(cookieName)}

local function hide_from_app(txn, cookies, is_token)
  if is_token then txn.http:req_del_header("authorization") end
  txn.http:req_del_header("cookie")
  for _, line in pairs(cookies or {}) do
    local kept = without_gate_cookies(line)
    if kept ~= "" then txn.http:req_add_header("cookie", kept) end
  end
end

core.register_action("watchword", { "http-req" }, function(txn)
  local seen = txn.http:req_get_headers()
  local ask = {
    ["x-forwarded-for"] = { txn.f:src() },
    ["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" },
    ["x-forwarded-host"] = { txn.f:req_fhdr("host") or "" },
    ["x-forwarded-uri"] = { txn.f:pathq() },
    ["x-forwarded-method"] = { txn.f:method() },
  }
  for _, name in ipairs(copied) do
    if seen[name] then
      ask[name] = {}
      for _, value in pairs(seen[name]) do table.insert(ask[name], value) end
    end
  end
  local answer = core.httpclient():get { ${checkRequest(gate)}, headers = ask, timeout = 2000 }
  for _, name in ipairs(identity) do txn.http:req_del_header(name) end
  if not answer or not answer.status or answer.status < 200 or answer.status > 599 then return end
  local told = answer.headers or {}
  if answer.status >= 200 and answer.status < 300 then
    for _, name in ipairs(identity) do
      if told[name] and told[name][0] ~= "" then txn.http:req_set_header(name, told[name][0]) end
    end
    hide_from_app(txn, seen["cookie"], told["${passHeader.toLowerCase()}"] ~= nil)
    txn:set_var("txn.watchword", "passed")
    return
  end
  local reply = txn:reply { status = answer.status }
  for _, name in ipairs(returned) do
    local values = told[name]
    if values then for index = 0, #values do if values[index] then reply:add_header(name, values[index]) end end end
  end
  reply:set_body(answer.body or "")
  txn:done(reply)
end, 0)
`
}
