-- Asks Watchword about a request and passes its identity headers on.
require "apache2"
local http, ltn12 = require "socket.http", require "ltn12"
local address, create = "http://127.0.0.1:8000", nil
local identity = { "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email" }
local copied = { "Cookie", "Authorization", "Accept", "User-Agent", "X-Requested-With", "Sec-Fetch-Mode", "Upgrade", "Origin", "Sec-WebSocket-Version", "X-Watchword-Doctor" }
-- What visitors say of themselves; the last are set anew by mod_proxy.
local replaced = { "Forwarded", "X-Original-URL", "X-Original-URI", "X-Original-Method", "X-Original-Host", "X-Rewrite-URL", "X-Forwarded-Uri", "X-Forwarded-Method", "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP" }
local known = { ["app.example.com"] = true }
local suffixes = {  }
local gate_cookies = { ["watchword"] = true, ["__Host-watchword"] = true, ["__Secure-watchword"] = true }
local function without_gate_cookies(line)
  local kept = {}
  for pair in line:gmatch("[^;]+") do
    if not gate_cookies[pair:match("^%s*([^=]-)%s*=") or ""] then kept[#kept + 1] = (pair:gsub("^%s+", "")) end
  end
  return table.concat(kept, "; ")
end

-- Names with an underscore reach CGI and WSGI apps as those with a hyphen.
local function remove(r, names)
  for _, name in ipairs(names) do
    r.headers_in[name] = nil
    r.headers_in[(name:gsub("-", "_"))] = nil
  end
end

-- What "Connection" names is dropped on the way to the app, who visits included. Nothing but a websocket leaves
-- HTTP/1.1: over h2c a visitor would talk to the app past the gate.
local function keep_connection(r)
  local is_socket = (r.headers_in["Upgrade"] or ""):lower() == "websocket"
  local kept = {}
  for token in (r.headers_in["Connection"] or ""):lower():gmatch("[^,%s]+") do
    if token == "close" or token == "keep-alive" or (token == "upgrade" and is_socket) then kept[#kept + 1] = token end
  end
  r.headers_in["Connection"] = kept[1] and table.concat(kept, ", ")
  if not is_socket then r.headers_in["Upgrade"] = nil end
end

local function is_known(host)
  for _, suffix in ipairs(suffixes) do
    if host:sub(-#suffix) == suffix and #host > #suffix then return true end
  end
  return known[host] == true
end

local function hide_from_app(r, is_token)
  if is_token then r.headers_in["Authorization"] = nil end
  local cookies = without_gate_cookies(r.headers_in["Cookie"] or "")
  r.headers_in["Cookie"] = cookies ~= "" and cookies or nil
end

local function refuse(r, status, headers)
  -- What the check never answers comes from somebody else; 0 would mean to pass.
  if status < 400 or status > 599 then return 503 end
  for _, name in ipairs { "WWW-Authenticate", "X-Watchword-Login", "Cache-Control" } do
    r.err_headers_out[name] = headers[name:lower()]
  end
  if status == 401 and headers["location"] then
    r.err_headers_out["Location"] = headers["location"]
    return 302
  end
  if status ~= 401 or not headers["x-watchword-login"] then return status end
  r.status = 401
  r.content_type = "application/json"
  r:puts('{"login":"' .. headers["x-watchword-login"] .. '"}')
  return apache2.DONE
end

function watchword(r)
  -- Apache brings requests for unknown hosts to the first site it finds, and passes whole addresses on as paths.
  if not is_known(r.hostname or "") then return 421 end
  if r.unparsed_uri:sub(1, 1) ~= "/" then return 400 end
  local scheme = r.is_https and "https" or "http"
  local host = r.hostname .. ((r.headers_in["Host"] or ""):match(":%d+$") or "")
  remove(r, identity)
  remove(r, replaced)
  keep_connection(r)
  r.headers_in["Host"] = host
  r.headers_in["X-Forwarded-Proto"] = scheme
  r.headers_in["X-Real-IP"] = r.useragent_ip
  if r.uri:sub(1, 6) == "/auth/" then return apache2.DECLINED end
  local ask = {
    ["X-Original-URL"] = scheme .. "://" .. host .. r.unparsed_uri,
    ["X-Original-Method"] = r.method,
    ["X-Forwarded-For"] = r.useragent_ip,
  }
  for _, name in ipairs(copied) do
    if r.headers_in[name] then ask[name] = r.headers_in[name] end
  end
  http.TIMEOUT = 2
  -- LuaSocket follows redirects by itself unless told not to: a followed one would look like a pass.
  local asked, status, headers, line = http.request {
    url = address .. "/check/nginx", create = create, redirect = false, sink = ltn12.sink.null(), headers = ask,
  }
  -- LuaSocket takes the first three digits for the status, and any text without a status for a page.
  if not asked or not ((line or "") .. " "):find("^HTTP/1%.[01] %d%d%d ") then return 503 end
  if status < 200 or status >= 300 then return refuse(r, status, headers) end
  for _, name in ipairs(identity) do
    local value = headers[name:lower()]
    if value and value ~= "" then r.headers_in[name] = value end
  end
  hide_from_app(r, headers["x-watchword-pass"] ~= nil)
  return apache2.OK
end
