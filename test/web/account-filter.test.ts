import { describe, expect, it } from 'vitest'
import type { Account } from '../../src/api/accounts.ts'
import { filterable, filterAccounts, tagsOf } from '../../web/src/pages/codes/account-filter.ts'

const plain = { label: '', issuer: '', identifier: '', tags: [] as string[], favourite: false }
const account = (part: Partial<Account>) => ({ ...plain, id: String(part.label), ...part }) as Account

const accounts = [
  account({ label: 'AWS production', issuer: 'Amazon', identifier: '123456789012', tags: ['aws', 'root'] }),
  account({ label: 'Räksmörgås', issuer: 'Fortnox', tags: ['finance'] }),
  account({ label: 'AWS staging', issuer: 'Amazon', tags: ['aws'], favourite: true }),
]
const find = (typed: string, tag: string | null = null) =>
  filterAccounts(filterable(accounts, 'en'), typed, tag).map(({ label }) => label)

describe('the filter of accounts', () => {
  it('puts pinned ones first and sorts the rest by name', () => {
    expect(find('')).toEqual(['AWS staging', 'AWS production', 'Räksmörgås'])
  })

  it('finds every typed word anywhere: name, service, number, tag', () => {
    expect(find('amazon prod')).toEqual(['AWS production'])
    expect(find('6789')).toEqual(['AWS production'])
    expect(find('finance')).toEqual(['Räksmörgås'])
  })

  it('does not mind accents or letter case', () => {
    expect(find('raksmorgas')).toEqual(['Räksmörgås'])
  })

  it('joins with a tag', () => {
    expect(find('aws', 'root')).toEqual(['AWS production'])
    expect(tagsOf(accounts)).toEqual(['aws', 'finance', 'root'])
  })
})
