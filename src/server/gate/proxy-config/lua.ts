/** A list of texts as Lua writes it. */
export function luaList(names: readonly string[]): string {
  return `{ ${names.map((name) => `"${name}"`).join(', ')} }`
}

/** A Lua function that takes the gate's cookies out of a Cookie header; apps must not see them. */
export function luaWithoutCookie(cookieName: string): string {
  const names = ['', '__Host-', '__Secure-'].map((prefix) => `["${prefix}${cookieName}"] = true`)
  return `local gate_cookies = { ${names.join(', ')} }
local function without_gate_cookies(line)
  local kept = {}
  for pair in line:gmatch("[^;]+") do
    if not gate_cookies[pair:match("^%s*([^=]-)%s*=") or ""] then kept[#kept + 1] = (pair:gsub("^%s+", "")) end
  end
  return table.concat(kept, "; ")
end`
}
