import { createHash, createHmac } from 'node:crypto'
import type { AwsCredentials } from './credentials.ts'

/** What is signed: the request, and the scope the signature counts in. */
export interface SigningInput {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
  readonly credentials: Pick<AwsCredentials, 'accessKeyId' | 'secretAccessKey'> & { readonly sessionToken?: string }
  readonly atMs: number
}

/**
 * The headers of a signed request: those given, with `x-amz-date`, the session token and the signature.
 *
 * `host` is signed but not among them: the HTTP client sends it by itself.
 *
 * @see Signature Version 4 signing process, AWS General Reference
 */
export function signedHeaders(input: SigningInput): Record<string, string> {
  const { credentials, region, service } = input
  const url = new URL(input.url)
  const stamp = new Date(input.atMs).toISOString().replace(/[:-]|\.\d{3}/g, '')
  const sent: Record<string, string> = {
    ...lowerCased(input.headers),
    'x-amz-date': stamp,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const headers = { ...sent, host: url.host }
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`
  const names = Object.keys(headers).toSorted()
  const canonical = canonicalRequest(input.method, url, headers, names, input.body)
  const toSign = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256Hex(canonical)}`
  const key = signingKey(credentials.secretAccessKey, scope)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { ...sent, authorization }
}

function canonicalRequest(
  method: string,
  url: URL,
  headers: Record<string, string>,
  names: string[],
  body: string,
): string {
  const query = [...url.searchParams]
    .map(([name, value]) => `${escapeRfc3986(name)}=${escapeRfc3986(value)}`)
    .toSorted()
    .join('&')
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`)
  return [method, url.pathname, query, lines.join(''), names.join(';'), sha256Hex(body)].join('\n')
}

function signingKey(secretAccessKey: string, scope: string): Buffer {
  const first: Buffer = Buffer.from(`AWS4${secretAccessKey}`)
  return scope.split('/').reduce((key, part) => createHmac('sha256', key).update(part).digest(), first)
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function escapeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
