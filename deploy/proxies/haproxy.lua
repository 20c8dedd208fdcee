-- Asks Watchword about a request and passes its identity headers on.
local identity = { "remote-user", "remote-groups", "remote-name", "remote-email" }
local copied = { "cookie", "authorization", "accept", "x-requested-with", "sec-fetch-mode", "upgrade", "origin", "sec-websocket-version", "x-watchword-doctor" }
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
