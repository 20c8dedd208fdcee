import type { IncomingMessage } from 'node:http'
import { Failure } from '../../../errors/failure.ts'
import { brokenForm, brokenJson, unsupported } from './refusal.ts'

/** The fields of a request, without a promise about their values. */
export type Fields = Readonly<Record<string, unknown>>

const longestBody = 64 * 1024
const nothing: Fields = {}

/** Reads a body that Fastify leaves alone: of GET, HEAD, DELETE and OPTIONS. @throws `body_too_large` */
export async function readRaw(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longestBody) throw new Failure('body_too_large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/**
 * The fields of a body: a JSON object, a form, or a multipart form. An empty body has none, whatever it is called.
 *
 * @throws Refusal 400 for broken JSON, 415 for any other media type
 */
export function readFields(body: Buffer, contentType: string | undefined): Fields | Promise<Fields> {
  if (body.length === 0) return nothing
  const media = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (media === 'application/json') return fieldsOfJson(body)
  if (media === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(body.toString()))
  if (media === 'multipart/form-data') return fieldsOfForm(body, contentType ?? '')
  throw unsupported(contentType ?? '')
}

function fieldsOfJson(body: Buffer): Fields {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : nothing
  } catch {
    throw brokenJson()
  }
}

async function fieldsOfForm(body: Buffer, contentType: string): Promise<Fields> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
    return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'))
  } catch {
    throw brokenForm()
  }
}
