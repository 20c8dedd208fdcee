import { describe, expect, it } from 'vitest'
import { signedHeaders } from '../../src/aws/sigv4.ts'

// The credentials and dates of AWS's published Signature Version 4 test suite and guide.
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const atMs = Date.UTC(2015, 7, 30, 12, 36, 0)
const base = { credentials, atMs, region: 'us-east-1', service: 'service', headers: {}, body: '' }

function signature(headers: Record<string, string>): string | undefined {
  return /Signature=(\w+)$/.exec(headers['authorization'] ?? '')?.[1]
}

describe('Signature Version 4', () => {
  it('signs get-vanilla as the published suite does', () => {
    const headers = signedHeaders({ ...base, method: 'GET', url: 'https://example.amazonaws.com/' })
    expect(signature(headers)).toBe('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')
  })

  it('signs post-vanilla as the published suite does', () => {
    const headers = signedHeaders({ ...base, method: 'POST', url: 'https://example.amazonaws.com/' })
    expect(signature(headers)).toBe('5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b')
  })

  it('sorts the query as get-vanilla-query-order-key-case of the published suite does', () => {
    const url = 'https://example.amazonaws.com/?Param2=value2&Param1=value1'
    expect(signature(signedHeaders({ ...base, method: 'GET', url }))).toBe(
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    )
  })

  it("signs the guide's call of IAM ListUsers", () => {
    const headers = signedHeaders({
      ...base,
      service: 'iam',
      method: 'GET',
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    })
    expect(headers['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    )
  })

  it('signs the session token along, so that nobody can take it away', () => {
    const headers = signedHeaders({
      ...base,
      credentials: { ...credentials, sessionToken: 'a-session' },
      method: 'POST',
      url: 'https://sts.amazonaws.com/',
    })
    expect(headers['x-amz-security-token']).toBe('a-session')
    expect(headers['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token')
  })
})
