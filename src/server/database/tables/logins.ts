/** What a login or a token opens. */
export interface LoginTables {
  session: SessionTable
  access_token: AccessTokenTable
  device_grant: DeviceGrantTable
  one_time: OneTimeTable
}

/** A login. `kind` is `console` or `gate`; only the hash of the cookie is here. */
export interface SessionTable {
  id: string
  kind: string
  token_hash: Uint8Array
  person_id: string | null
  factors: string
  authenticated_at_ms: number
  created_at_ms: number
  last_seen_at_ms: number
  expires_at_ms: number
  idle_ms: number
  address: string
  user_agent: string
  oidc_session: string | null
  data: string
}

/** Opens the API. Belongs to a person or, as a service token, to nobody but its name. */
export interface AccessTokenTable {
  id: string
  name: string
  token_hash: Uint8Array | null
  legacy_bcrypt: string | null
  owner_kind: string
  person_id: string | null
  realm_id: string | null
  scopes: string
  gate_limits: string | null
  created_by: string
  created_at_ms: number
  expires_at_ms: number | null
  last_used_at_ms: number | null
  suspended: number
}

/** A command's sign-in waiting for a browser's confirmation. */
export interface DeviceGrantTable {
  id: string
  device_hash: Uint8Array
  user_code: string
  client_name: string
  address: string
  state: string
  person_id: string | null
  token_id: string | null
  created_at_ms: number
  expires_at_ms: number
}

/** Anything that may be used once: setup links, OIDC state, WebAuthn challenges, pending logins. */
export interface OneTimeTable {
  token_hash: Uint8Array
  kind: string
  data: string
  created_at_ms: number
  expires_at_ms: number
}
