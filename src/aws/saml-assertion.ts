import { XMLParser } from 'fast-xml-parser'
import { Failure } from '../errors/failure.ts'

/** A role the identity provider lets us take, with the provider that AWS must be told. */
export interface OfferedRole {
  readonly roleArn: string
  readonly providerArn: string
}

/** What AWS will read in an assertion. Its signature is AWS's to check, not ours. */
export interface SamlAssertion {
  readonly roles: readonly OfferedRole[]
  readonly recipient: string
  /** The moment after which STS refuses it. */
  readonly notOnOrAfterMs: number | null
  readonly sessionDurationSeconds: number | null
  readonly sessionNotOnOrAfterMs: number | null
}

interface Element {
  readonly namespace: string
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

type RawNode = Readonly<Record<string, unknown>>
type Prefixes = Readonly<Record<string, string>>

const assertionNamespace = 'urn:oasis:names:tc:SAML:2.0:assertion'
// The China guide prints the amazonaws.cn form.
const attributePrefix = /^https?:\/\/(?:aws\.amazon\.com|www\.amazonaws\.cn)\/SAML\/Attributes\//
const providerShape = /^arn:aws[a-z-]*:iam::\d{12}:saml-provider\//
const roleShape = /^arn:aws[a-z-]*:iam::\d{12}:role\//
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  // Without it numeric character references, which any XML may hold, are left as they are.
  htmlEntities: true,
})

/**
 * Reads the Base64 text of a `SAMLResponse`, whatever prefixes its XML has and in either order of role and provider.
 *
 * @throws {@link Failure} `aws_saml_unreadable` for what is no assertion, or has a document type; `aws_saml_no_roles`
 * @see IAM user guide, Configure SAML assertions for the authentication response
 */
export function readAssertion(samlResponse: string): SamlAssertion {
  const assertions = findAll(parseDocument(samlResponse), 'Assertion')
  const [assertion] = assertions
  if (assertion === undefined) throw unreadable('it holds no assertion (is encryption on?)')
  if (assertions.length > 1) throw unreadable('it holds more than one assertion')
  const confirmations = findAll([assertion], 'SubjectConfirmationData')
  if (confirmations.length > 1) throw unreadable('it names two recipients')
  const confirmed = confirmations[0]?.attributes ?? {}
  const duration = Number(awsAttribute(assertion, 'SessionDuration')[0])
  return {
    roles: offeredRoles(awsAttribute(assertion, 'Role')),
    recipient: confirmed['Recipient'] ?? '',
    notOnOrAfterMs: instant(confirmed['NotOnOrAfter']),
    sessionDurationSeconds: Number.isInteger(duration) && duration > 0 ? duration : null,
    sessionNotOnOrAfterMs: instant(findAll([assertion], 'AuthnStatement')[0]?.attributes['SessionNotOnOrAfter']),
  }
}

function offeredRoles(values: readonly string[]): OfferedRole[] {
  const roles = new Map<string, OfferedRole>()
  // An empty value is how some providers say that there is no role.
  for (const value of values.filter((text) => text !== '')) {
    const arns = value.split(',').map((part) => part.trim())
    const providers = arns.filter((arn) => providerShape.test(arn))
    const [roleArn, ...more] = arns.filter((arn) => roleShape.test(arn))
    const [providerArn, ...others] = providers
    if (roleArn === undefined || providerArn === undefined || more.length > 0 || others.length > 0) {
      throw unreadable(`a role is not one role and one provider (${arns.length} parts)`)
    }
    roles.set(roleArn, { roleArn, providerArn })
  }
  if (roles.size === 0) throw new Failure('aws_saml_no_roles')
  return [...roles.values()].toSorted((one, other) => (one.roleArn < other.roleArn ? -1 : 1))
}

function awsAttribute(assertion: Element, name: string): string[] {
  return findAll([assertion], 'Attribute')
    .filter(({ attributes }) => attributePrefix.test(attributes['Name'] ?? ''))
    .filter(({ attributes }) => attributes['Name']?.endsWith(`/${name}`))
    .flatMap((attribute) => findAll(attribute.children, 'AttributeValue'))
    .map((value) => value.text.trim())
}

function parseDocument(samlResponse: string): Element[] {
  const xml = Buffer.from(samlResponse, 'base64').toString('utf8')
  // A document type could define entities; no honest assertion has one.
  if (/<!DOCTYPE/i.test(xml)) throw unreadable('it has a document type')
  if (!xml.trimStart().startsWith('<')) throw unreadable('it is not XML')
  try {
    return elementsOf(parser.parse(xml, true) as RawNode[], {})
  } catch (cause) {
    throw new Failure('aws_saml_unreadable', { detail: { reason: 'its XML is broken' }, cause })
  }
}

function elementsOf(nodes: readonly RawNode[], inherited: Prefixes): Element[] {
  return nodes.flatMap((node) => {
    const tag = Object.keys(node).find((key) => key !== ':@' && key !== '#text')
    if (tag === undefined) return []
    const attributes = (node[':@'] ?? {}) as Record<string, string>
    const prefixes = { ...inherited, ...declaredPrefixes(attributes) }
    const [name = '', prefix = ''] = tag.split(':').toReversed()
    const content = node[tag] as readonly RawNode[]
    const text = content.map((part) => (typeof part['#text'] === 'string' ? part['#text'] : '')).join('')
    return [{ namespace: prefixes[prefix] ?? '', name, attributes, children: elementsOf(content, prefixes), text }]
  })
}

function declaredPrefixes(attributes: Readonly<Record<string, string>>): Prefixes {
  const declared = Object.entries(attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  return Object.fromEntries(declared.map(([name, uri]) => [name.slice('xmlns:'.length), uri]))
}

function findAll(elements: readonly Element[], name: string): Element[] {
  return elements.flatMap((element) => [
    ...(element.name === name && element.namespace === assertionNamespace ? [element] : []),
    ...findAll(element.children, name),
  ])
}

function instant(text: string | undefined): number | null {
  const atMs = Date.parse(text ?? '')
  return Number.isNaN(atMs) ? null : atMs
}

function unreadable(reason: string): Failure {
  return new Failure('aws_saml_unreadable', { detail: { reason } })
}
