import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/errors/failure.ts'
import { readAssertion } from '../../src/aws/saml-assertion.ts'
import { newSamlIssuer, signedResponse, type AssertionContent } from '../support/aws/signed-assertion.ts'
import { roleArn } from '../support/aws/aws-world.ts'
import { describeWith } from '../support/programs.ts'

const noonMs = Date.UTC(2026, 0, 15, 12)
const provider = 'arn:aws:iam::123456789012:saml-provider/Okta'
const issuer = newSamlIssuer('http://www.okta.com/exkTest')
const content: AssertionContent = {
  roles: [
    [roleArn('Reader'), provider],
    [roleArn('path/Dev_Ops.x'), provider],
  ],
  recipient: 'https://signin.aws.amazon.com/saml',
  audience: 'urn:amazon:webservices',
  sessionName: 'mara@example.com',
  order: 'role,provider',
  prefix: 'saml2',
  sessionDurationSeconds: 7200,
}

function encoded(changes: Partial<AssertionContent> = {}): string {
  return Buffer.from(signedResponse(issuer, { ...content, ...changes }, noonMs)).toString('base64')
}

function reasonOf(xml: string): string {
  try {
    readAssertion(Buffer.from(xml).toString('base64'))
  } catch (thrown) {
    if (isFailure(thrown)) return `${thrown.code}: ${thrown.detail['reason'] ?? ''}`
  }
  return 'nothing'
}

describe('readAssertion', () => {
  it.each(['role,provider', 'provider,role'] as const)('takes the pair as %s', (order) => {
    expect(readAssertion(encoded({ order })).roles).toEqual([
      { roleArn: roleArn('Reader'), providerArn: provider },
      { roleArn: roleArn('path/Dev_Ops.x'), providerArn: provider },
    ])
  })

  it.each(['saml2', 'saml', 'x', ''])('goes by the namespace, whatever the prefix (%j)', (prefix) => {
    expect(readAssertion(encoded({ prefix })).roles).toHaveLength(2)
  })

  it('knows the recipient, the end of the assertion and the length of the session', () => {
    expect(readAssertion(encoded())).toMatchObject({
      recipient: 'https://signin.aws.amazon.com/saml',
      notOnOrAfterMs: noonMs + 300_000,
      sessionDurationSeconds: 7200,
      sessionNotOnOrAfterMs: null,
    })
  })

  it('trims blanks around the two ARNs, and counts a role once', () => {
    const pair = [` ${roleArn('Reader')} `, ` ${provider} `] as const
    expect(readAssertion(encoded({ roles: [pair, pair] })).roles).toEqual([
      { roleArn: roleArn('Reader'), providerArn: provider },
    ])
  })

  it('reads what XML may write in other ways: numeric references, comments, CDATA, and values that say nothing', () => {
    const value = '>arn:aws:iam::123456789012:role/Reader,'
    const [before = '', ...after] = signedResponse(
      issuer,
      { ...content, roles: [[roleArn('Reader'), provider]] },
      noonMs,
    ).split(value)
    expect(after).toHaveLength(1)
    for (const written of ['role/Rea&#x64;er&#44;', 'role/Read<!-- x -->er,', '<![CDATA[role/Reader]]>,']) {
      const xml = `${before}>arn:aws:iam::123456789012:${written}${after.join('')}`
      expect(readAssertion(Buffer.from(xml).toString('base64')).roles).toEqual([
        { roleArn: roleArn('Reader'), providerArn: provider },
      ])
    }
    const empty = signedResponse(issuer, content, noonMs).replace(
      /(AttributeValue[^>]*)>arn:aws:iam::\d+:role\/Reader,[^<]*</,
      '$1> <',
    )
    expect(readAssertion(Buffer.from(empty).toString('base64')).roles).toHaveLength(1)
  })

  it("accepts the attribute name that China's guide prints", () => {
    const xml = signedResponse(issuer, content, noonMs).replaceAll(
      'https://aws.amazon.com/SAML',
      'http://www.amazonaws.cn/SAML',
    )
    expect(readAssertion(Buffer.from(xml).toString('base64')).roles).toHaveLength(2)
  })

  it('refuses an assertion whose role names two providers', () => {
    const other = 'arn:aws:iam::123456789012:saml-provider/Other'
    expect(
      reasonOf(signedResponse(issuer, { ...content, roles: [[`${roleArn('Reader')},${other}`, provider]] }, noonMs)),
    ).toBe('aws_saml_unreadable: a role is not one role and one provider (3 parts)')
  })

  it('refuses a document type, so that no entity is ever resolved', () => {
    const bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>'
    expect(reasonOf(bomb)).toBe('aws_saml_unreadable: it has a document type')
  })

  it('says what is wrong with text that is no assertion', () => {
    expect(reasonOf('hello')).toBe('aws_saml_unreadable: it is not XML')
    expect(reasonOf('<a><b></a>')).toBe('aws_saml_unreadable: its XML is broken')
    expect(reasonOf('<Assertion/>')).toBe('aws_saml_unreadable: it holds no assertion (is encryption on?)')
    expect(reasonOf(signedResponse(issuer, { ...content, roles: [] }, noonMs))).toBe('aws_saml_no_roles: ')
  })
})

describeWith(['xmlsec1'], "the double's own signature", () => {
  it('is accepted by xmlsec1, and refused after a change', () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-saml-'))
    try {
      writeFileSync(join(folder, 'key.pem'), issuer.publicKeyPem)
      const judge = (xml: string) => {
        writeFileSync(join(folder, 'response.xml'), xml)
        const arguments_ = [
          '--verify',
          '--pubkey-pem',
          join(folder, 'key.pem'),
          '--id-attr:ID',
          'Assertion',
          join(folder, 'response.xml'),
        ]
        try {
          execFileSync('xmlsec1', arguments_, { stdio: 'pipe' })
          return true
        } catch {
          return false
        }
      }
      const xml = signedResponse(issuer, content, noonMs)
      expect(judge(xml)).toBe(true)
      expect(judge(xml.replace('role/Reader', 'role/Writer'))).toBe(false)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
