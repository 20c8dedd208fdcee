import { Failure } from '../errors/failure.ts'
import { clockOffsetMs } from './clock-offset.ts'
import type { AwsCredentials } from './credentials.ts'
import { foundIn } from './json.ts'
import { signedHeaders } from './sigv4.ts'
import { safeUrl, send, type HttpAnswer, type Transport } from './transport.ts'

/** One call of the AWS query protocol; without credentials it goes unsigned. */
export interface QueryCall {
  readonly url: string
  readonly service: 'sts' | 'iam'
  readonly region: string
  readonly version: string
  readonly action: string
  readonly parameters: Readonly<Record<string, string | number | undefined>>
  readonly credentials?: AwsCredentials
}

/** An XML element as plain data: text, children by name, or several of one name. */
export type XmlNode = string | readonly XmlNode[] | { readonly [name: string]: XmlNode }

const advice: Readonly<Record<string, string>> = {
  AccessDenied: 'Ask who runs the AWS account whether this is allowed.',
  InvalidIdentityToken: 'Ask who runs the Okta app for AWS.',
  IDPRejectedClaim: 'Ask who runs the Okta app for AWS.',
  InvalidClientTokenId: 'Check the access keys.',
  SignatureDoesNotMatch: 'Check the access keys and the clock of this machine.',
  RegionDisabledException: 'Activate STS in this region, or set another region.',
  LimitExceeded: 'Remove one that is not used.',
}
const throttled = new Set(['Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'TooManyRequestsException'])

/**
 * Calls an action and returns the content of its `…Result` element.
 *
 * Where AWS refuses a signature because of our clock, it is made once more for the moment of AWS's answer.
 *
 * @throws {@link Failure} `aws_refused` with the wire code in `detail.code`, `aws_throttled`, `aws_answer_unreadable`
 * @see AWS query protocol, version 2011-06-15 for STS and 2010-05-08 for IAM
 */
export async function callQuery(transport: Transport, call: QueryCall): Promise<XmlNode> {
  safeUrl(call.url)
  const body = formBody({ Action: call.action, Version: call.version, ...call.parameters })
  const plain = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', accept: 'application/xml' }
  const ask = (atMs: number) =>
    send(transport, { method: 'POST', url: call.url, headers: callHeaders(call, plain, body, atMs), body })
  const signedAtMs = transport.nowMs()
  let answer = await ask(signedAtMs)
  let root = await parseXml(answer, call)
  const serverMs = isClockRefusal(root) ? serverTimeMs(answer, signedAtMs) : null
  if (serverMs !== null) {
    answer = await ask(serverMs)
    root = await parseXml(answer, call)
  }
  if (answer.status !== 200) throw refusal(call.action, answer, root)
  // Without it the answer is somebody else's, and nothing was done.
  if (child(root, `${call.action}Response`) === undefined) throw unreadable(answer, call)
  return child(root, `${call.action}Response`, `${call.action}Result`) ?? ''
}

/**
 * The text below the result of an action that must be there.
 *
 * @throws {@link Failure} `aws_answer_unreadable`
 */
export function requiredText(action: string, result: XmlNode | undefined, ...names: string[]): string {
  const found = textOf(result, ...names)
  if (found === '') throw incomplete(action, names.join('.'))
  return found
}

/**
 * A moment below the result of an action that must be there, in Unix milliseconds.
 *
 * @throws {@link Failure} `aws_answer_unreadable`
 */
export function requiredTimeMs(action: string, result: XmlNode | undefined, ...names: string[]): number {
  const atMs = Date.parse(textOf(result, ...names))
  if (Number.isNaN(atMs)) throw incomplete(action, names.join('.'))
  return atMs
}

/** An answer of AWS that lacks what it should hold. */
export function incomplete(action: string, missing: string): Failure {
  const detail = { host: 'AWS', status: 200, found: `no ${missing}`, expected: `the answer to ${action}` }
  return new Failure('aws_answer_unreadable', { detail })
}

/** The node below `node` along `names`; undefined where one is missing. */
export function child(node: XmlNode | undefined, ...names: string[]): XmlNode | undefined {
  let found: XmlNode | undefined = node
  for (const name of names) {
    if (typeof found !== 'object' || Array.isArray(found)) return undefined
    found = (found as { readonly [name: string]: XmlNode })[name]
  }
  return found
}

/** The text below `node` along `names`; empty where there is none. */
export function textOf(node: XmlNode | undefined, ...names: string[]): string {
  const found = child(node, ...names)
  return typeof found === 'string' ? found : ''
}

/** The `<member>` elements below `node` along `names`. */
export function membersOf(node: XmlNode | undefined, ...names: string[]): readonly XmlNode[] {
  const found = child(node, ...names, 'member')
  if (found === undefined) return []
  return Array.isArray(found) ? found : [found as XmlNode]
}

/** Whether a signature was refused as too old or too new. */
function isClockRefusal(root: XmlNode): boolean {
  const error = child(root, 'ErrorResponse', 'Error')
  const isBadSignature = textOf(error, 'Code') === 'SignatureDoesNotMatch'
  if (isBadSignature) return /^Signature (expired|not yet current)/.test(textOf(error, 'Message'))
  return ['RequestExpired', 'RequestTimeTooSkewed'].includes(textOf(error, 'Code'))
}

/** What time it is at the other end; null where that is no other time than ours. */
function serverTimeMs(answer: HttpAnswer, nowMs: number): number | null {
  const offsetMs = clockOffsetMs(answer.headers.get('date'), nowMs) ?? 0
  return offsetMs === 0 ? null : nowMs + offsetMs
}

function callHeaders(
  call: QueryCall,
  headers: Record<string, string>,
  body: string,
  atMs: number,
): Record<string, string> {
  const { credentials, region, service, url } = call
  if (credentials === undefined) return headers
  return signedHeaders({ method: 'POST', url, headers, body, region, service, credentials, atMs })
}

function formBody(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.set(name, String(value))
  return form.toString()
}

async function parseXml(answer: HttpAnswer, call: QueryCall): Promise<XmlNode> {
  if (/<!DOCTYPE|<html/i.test(answer.text.slice(0, 500))) throw unreadable(answer, call)
  // Loaded with the first answer: a server that never calls AWS goes without.
  const { XMLParser } = await import('fast-xml-parser')
  // AWS writes quotation marks in its sentences as numeric references, which `htmlEntities` alone reads.
  const parser = new XMLParser({ parseTagValue: false, htmlEntities: true, ignoreAttributes: true })
  try {
    return parser.parse(answer.text, true) as XmlNode
  } catch {
    throw unreadable(answer, call)
  }
}

function unreadable({ status, text }: HttpAnswer, { url, action }: QueryCall): Failure {
  const detail = { host: new URL(url).host, status, found: foundIn(text), expected: `the answer to ${action}` }
  return new Failure('aws_answer_unreadable', { detail })
}

function refusal(action: string, answer: HttpAnswer, root: XmlNode): Failure {
  const error = child(root, 'ErrorResponse', 'Error')
  const code = textOf(error, 'Code') || `HTTP ${answer.status}`
  const text = textOf(error, 'Message').replace(/\.$/, '') || 'without a reason'
  const detail = {
    action,
    code,
    text,
    advice:
      (Object.hasOwn(advice, code) ? advice[code] : undefined) ??
      'Check what was asked for, or ask who runs the AWS account.',
  }
  return new Failure(throttled.has(code) ? 'aws_throttled' : 'aws_refused', { detail })
}
