import type { SessionCredentials } from '../../aws/credentials.ts'

/** Shells whose words we can write. */
export type Shell = 'sh' | 'fish' | 'powershell'

/** What `credential_process` prints: version 1, one line. */
export function processJson(credentials: SessionCredentials): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: isoSeconds(credentials.expiresAtMs),
  })
}

/** The environment that AWS tools read. */
export function credentialEnvironment(credentials: SessionCredentials, region?: string): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SECURITY_TOKEN: credentials.sessionToken,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_TEMP_KEY_EXPIRATION: isoSeconds(credentials.expiresAtMs),
    AWS_CREDENTIAL_EXPIRATION: isoSeconds(credentials.expiresAtMs),
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  }
}

/** Lines that put the environment into a shell; values are quoted, whatever is in them. */
export function exportLines(credentials: SessionCredentials, shell: Shell, region?: string): string[] {
  return Object.entries(credentialEnvironment(credentials, region)).map(([name, value]) =>
    exportLine(name, value, shell),
  )
}

/** A section of a credentials file with the keys in clear, for tools that know nothing else. */
export function staticSection(credentials: SessionCredentials, profile: string): string[] {
  return [
    `[${profile}]`,
    `aws_access_key_id = ${credentials.accessKeyId}`,
    `aws_secret_access_key = ${credentials.secretAccessKey}`,
    `aws_session_token = ${credentials.sessionToken}`,
    `x_security_token_expires = ${isoSeconds(credentials.expiresAtMs)}`,
  ]
}

function exportLine(name: string, value: string, shell: Shell): string {
  switch (shell) {
    case 'sh':
      return `${name}='${value.replaceAll("'", "'\\''")}' ; export ${name}`
    case 'fish':
      return `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`
    case 'powershell':
      return `$Env:${name} = '${value.replaceAll("'", "''")}'`
  }
}

function isoSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
