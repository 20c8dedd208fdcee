import { describe, expect, it } from 'vitest'
import { mayLogIn, readClaims, roleAfterSignOn } from '../../../src/server/access/oidc/claims.ts'
import { returnPath } from '../../../src/server/access/oidc/return-target.ts'

const settings = { groupsClaim: 'groups', administratorsGroup: 'admins', allowedGroups: [] }

describe('readClaims', () => {
  it.each([[undefined], ['admins'], ['admins,ops'], ['admins ops'], [{ admins: true }], [null], [7]])(
    'T64 reads no group from %j: a list of strings is a list, nothing else',
    (groups) => {
      const claims = readClaims({ iss: 'https://idp.example', sub: 'u1', groups }, {}, settings)
      expect(roleAfterSignOn(null, claims, settings)).toBe('member')
      expect(mayLogIn(claims, { allowedGroups: ['admins'] })).toBe(false)
    },
  )

  it('compares groups exactly', () => {
    const claims = readClaims({ sub: 'u1', groups: ['not-admins', 'Admins', 'admins2', ['admins']] }, {}, settings)
    expect(roleAfterSignOn('administrator', claims, settings)).toBe('member')
  })

  it('T64 keeps some hundred groups, and those the settings name wherever they stand among thousands', () => {
    const many = [...Array.from({ length: 10_000 }, (_, index) => `group ${index}`), 'staff', 'admins']
    const named = { ...settings, allowedGroups: ['staff', 'nobody’s'] }
    const claims = readClaims({ groups: many }, {}, named)
    expect(claims.groups).toHaveLength(500)
    expect([roleAfterSignOn(null, claims, named), mayLogIn(claims, named)]).toEqual(['administrator', true])
    expect(claims.groups).not.toContain('nobody’s')
    expect(readClaims({ groups: many.slice(0, 3) }, {}, named).groups).toEqual(many.slice(0, 3))
  })

  it.each([
    [1_700_000_000.1239, 1_700_000_000_123],
    [0, 0],
    [1e306, null],
    [-1e306, null],
    ['1700000000', null],
    [undefined, null],
  ])('reads the moment of the proof from %j as %j', (auth_time, authTimeMs) => {
    expect(readClaims({ auth_time }, {}, settings).assurance.authTimeMs).toBe(authTimeMs)
  })

  it('takes the groups of the id token before those of userinfo', () => {
    expect(readClaims({ groups: [] }, { groups: ['admins'] }, settings).groups).toEqual([])
    expect(readClaims({}, { groups: ['admins'] }, settings).groups).toEqual(['admins'])
  })
})

describe('roleAfterSignOn', () => {
  const nobody = { groups: null }

  it('leaves roles to Watchword where no administrators group is named', () => {
    const open = { administratorsGroup: '' }
    expect(roleAfterSignOn(null, nobody, open)).toBe('member')
    expect(roleAfterSignOn('administrator', nobody, open)).toBe('administrator')
  })

  it('lets the provider alone say who administers where one is named', () => {
    expect(roleAfterSignOn('member', { groups: ['admins'] }, settings)).toBe('administrator')
    expect(roleAfterSignOn('administrator', nobody, settings)).toBe('member')
    expect(roleAfterSignOn('auditor', nobody, settings)).toBe('auditor')
  })
})

describe('returnPath', () => {
  const origin = 'https://codes.example.com'

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    '/.//evil.example',
    '/accounts/..//evil.example',
    '/%2e//evil.example',
    '/./\\evil.example',
    'javascript:alert(1)',
    'codes.example.com.evil.example',
    '',
    undefined,
  ])('T64 leads to no other site: %j', (target) => {
    expect(returnPath(target, origin)).toBe('/')
  })

  it('keeps path, query and fragment', () => {
    expect(returnPath('/accounts?tag=aws#top', origin)).toBe('/accounts?tag=aws#top')
  })
})
