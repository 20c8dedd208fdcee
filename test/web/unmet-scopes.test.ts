import { describe, expect, it } from 'vitest'
import { unmetScopes } from '../../web/src/pages/people/unmet-scopes.ts'

const known = { realms: ['shop'], accounts: ['a1'] }

describe('scopes of a new token', () => {
  it('that name a realm or an account nobody made are told', () => {
    const scopes = ['verify:shop', 'verify:nosuchrealm', 'reveal:a1', 'reveal:a2', 'enrol:Shop']
    expect(unmetScopes(scopes, known)).toEqual(['verify:nosuchrealm', 'reveal:a2', 'enrol:Shop'])
  })

  it('that mean all, nothing by name, or what is not loaded yet are left in peace', () => {
    expect(unmetScopes(['reveal:*', 'verify:*', 'admin', 'door:tiny-mfa', 'verify:'], known)).toEqual([])
    expect(unmetScopes(['verify:other'], { realms: undefined, accounts: undefined })).toEqual([])
  })
})
