-- Asks Watchword about a request and passes its identity headers on.
require "apache2"
local http, ltn12 = require "socket.http", require "ltn12"
http.TIMEOUT = 2
local identity = { "Remote-User", "Remote-Groups", "Remote-Name", "Remote-Email" }
local copied = { "Cookie", "Authorization", "Accept", "X-Requested-With", "Sec-Fetch-Mode", "Upgrade", "Origin", "Sec-WebSocket-Version", "X-Watchword-Doctor", "User-Agent" }

function watchword(r)
  for _, name in ipairs(identity) do
    r.headers_in[name] = nil
    r.headers_in[(name:gsub("-", "_"))] = nil
  end
  local scheme = r.is_https and "https" or "http"
  if r.uri:sub(1, 6) == "/auth/" then
    r.headers_in["X-Forwarded-Proto"] = scheme
    return apache2.DECLINED
  end
  local ask = {
    ["X-Original-URL"] = scheme .. "://" .. (r.headers_in["Host"] or "") .. r.unparsed_uri,
    ["X-Original-Method"] = r.method,
    ["X-Forwarded-For"] = r.useragent_ip,
  }
  for _, name in ipairs(copied) do
    if r.headers_in[name] then ask[name] = r.headers_in[name] end
  end
  -- LuaSocket follows redirects by itself unless told not to: a followed one would look like a pass.
  local asked, status, headers = http.request { url = "http://127.0.0.1:8000/check/nginx", redirect = false, sink = ltn12.sink.null(), headers = ask }
  if not asked then return 503 end
  if status >= 200 and status < 300 then
    for _, name in ipairs(identity) do
      local value = headers[name:lower()]
      if value and value ~= "" then r.headers_in[name] = value end
    end
    return apache2.OK
  end
  if headers["www-authenticate"] then r.err_headers_out["WWW-Authenticate"] = headers["www-authenticate"] end
  if status == 401 and headers["location"] then
    r.err_headers_out["Location"] = headers["location"]
    return 302
  end
  return status
end
