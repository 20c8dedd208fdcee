/** Keys that sign AWS requests. Long-term keys have neither a session token nor an end. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiresAtMs?: number
}

/** Credentials of an assumed role or a session: they end. */
export interface SessionCredentials extends AwsCredentials {
  readonly sessionToken: string
  readonly expiresAtMs: number
}
