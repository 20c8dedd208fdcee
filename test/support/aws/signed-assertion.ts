import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { SignedXml } from 'xml-crypto'

/** Who signs: the identity provider's keys, as PEM, and its name. */
export interface SamlIssuer {
  readonly entityId: string
  readonly privateKeyPem: string
  readonly publicKeyPem: string
}

/** What an assertion says. */
export interface AssertionContent {
  readonly roles: readonly (readonly [roleArn: string, providerArn: string])[]
  readonly recipient: string
  readonly audience: string
  readonly sessionName: string
  readonly order: 'role,provider' | 'provider,role'
  /** The namespace prefix of the XML; empty for a default namespace. */
  readonly prefix: string
  readonly sessionDurationSeconds?: number
  readonly lifetimeMs?: number
}

const attributes = 'https://aws.amazon.com/SAML/Attributes'

/** A provider with keys of its own. */
export function newSamlIssuer(entityId: string): SamlIssuer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { entityId, privateKeyPem: privateKey, publicKeyPem: publicKey }
}

/** A signed SAML response as XML; the assertion carries the signature. */
export function signedResponse(issuer: SamlIssuer, content: AssertionContent, nowMs: number): string {
  const signer = new SignedXml({
    privateKey: issuer.privateKeyPem,
    signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    canonicalizationAlgorithm: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  })
  signer.addReference({
    xpath: "//*[local-name(.)='Assertion']",
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', 'http://www.w3.org/2001/10/xml-exc-c14n#'],
  })
  signer.computeSignature(responseXml(issuer, content, nowMs), {
    prefix: 'ds',
    location: { reference: "//*[local-name(.)='Assertion']/*[local-name(.)='Issuer']", action: 'after' },
  })
  return signer.getSignedXml()
}

/** The assertion as it was signed; null where the signature is not the issuer's. */
export function verifiedAssertion(issuer: SamlIssuer, responseText: string): string | null {
  const [signature] = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(responseText) ?? []
  if (signature === undefined) return null
  const verifier = new SignedXml({ publicCert: issuer.publicKeyPem })
  verifier.loadSignature(signature)
  try {
    return verifier.checkSignature(responseText) ? (verifier.getSignedReferences()[0] ?? null) : null
  } catch {
    return null
  }
}

function responseXml(issuer: SamlIssuer, content: AssertionContent, nowMs: number): string {
  const p = content.prefix === '' ? '' : `${content.prefix}:`
  const xmlns = `xmlns${content.prefix === '' ? '' : `:${content.prefix}`}="urn:oasis:names:tc:SAML:2.0:assertion"`
  const at = (offsetMs: number) => new Date(nowMs + offsetMs).toISOString()
  const ends = at(content.lifetimeMs ?? 300_000)
  const attribute = (name: string, values: readonly string[]) =>
    `<${p}Attribute Name="${attributes}/${name}">${values.map((value) => `<${p}AttributeValue>${value}</${p}AttributeValue>`).join('')}</${p}Attribute>`
  const pairs = content.roles.map(([role, provider]) =>
    content.order === 'role,provider' ? `${role},${provider}` : `${provider},${role}`,
  )
  const duration = content.sessionDurationSeconds
  return [
    `<saml2p:Response xmlns:saml2p="urn:oasis:names:tc:SAML:2.0:protocol" ID="${newId()}" Version="2.0" IssueInstant="${at(0)}" Destination="${content.recipient}">`,
    '<saml2p:Status><saml2p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></saml2p:Status>',
    `<${p}Assertion ${xmlns} ID="${newId()}" Version="2.0" IssueInstant="${at(0)}"><${p}Issuer>${issuer.entityId}</${p}Issuer>`,
    `<${p}Subject><${p}NameID>${content.sessionName}</${p}NameID><${p}SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">`,
    `<${p}SubjectConfirmationData NotOnOrAfter="${ends}" Recipient="${content.recipient}"/></${p}SubjectConfirmation></${p}Subject>`,
    `<${p}Conditions NotBefore="${at(-300_000)}" NotOnOrAfter="${ends}"><${p}AudienceRestriction><${p}Audience>${content.audience}</${p}Audience></${p}AudienceRestriction></${p}Conditions>`,
    `<${p}AuthnStatement AuthnInstant="${at(0)}" SessionIndex="${newId()}"/><${p}AttributeStatement>`,
    attribute('Role', pairs),
    attribute('RoleSessionName', [content.sessionName]),
    duration === undefined ? '' : attribute('SessionDuration', [String(duration)]),
    `</${p}AttributeStatement></${p}Assertion></saml2p:Response>`,
  ].join('')
}

function newId(): string {
  return `id${randomBytes(10).toString('hex')}`
}
