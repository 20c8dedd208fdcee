-- Asks Watchword about a request and passes its identity headers on.
local identity = { "remote-user", "remote-groups", "remote-name", "remote-email" }
local copied = { "cookie", "authorization", "accept", "user-agent", "x-requested-with", "sec-fetch-mode", "upgrade", "origin", "sec-websocket-version", "x-watchword-doctor" }
local returned = { "location", "www-authenticate", "x-watchword-login", "content-type", "cache-control" }
local gate_cookies = { ["watchword"] = true, ["__Host-watchword"] = true, ["__Secure-watchword"] = true }
local function without_gate_cookies(line)
  local kept = {}
  for pair in line:gmatch("[^;]+") do
    if not gate_cookies[pair:match("^%s*([^=]-)%s*=") or ""] then kept[#kept + 1] = (pair:gsub("^%s+", "")) end
  end
  return table.concat(kept, "; ")
end

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
  local answer = core.httpclient():get { url = "http://127.0.0.1:8000/check/forward", headers = ask, timeout = 2000 }
  for _, name in ipairs(identity) do txn.http:req_del_header(name) end
  if not answer or not answer.status or answer.status < 200 or answer.status > 599 then return end
  local told = answer.headers or {}
  if answer.status >= 200 and answer.status < 300 then
    for _, name in ipairs(identity) do
      if told[name] and told[name][0] ~= "" then txn.http:req_set_header(name, told[name][0]) end
    end
    hide_from_app(txn, seen["cookie"], told["x-watchword-pass"] ~= nil)
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
