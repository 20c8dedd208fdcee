import { describe, expect, it } from 'vitest'
import { noticeEvents } from '../../../src/api/operation.ts'
import { mailOf } from '../../../src/server/access/notices/mails.ts'

const fields = {
  username: 'bob',
  address: '203.0.113.7',
  subject: 'cart',
  actor: 'eve',
  label: 'AWS root',
  chain: 'main',
  sequence: 42,
}
const summary = 'It happened.'

describe('a notice as a mail', () => {
  it.each(noticeEvents)('%s is told in English as it was summed up, and in German with what it is about', (event) => {
    const notice = { event, summary, fields: { ...fields, what: 'recovery-codes' } }
    const [english, german] = [mailOf(notice, 'en'), mailOf(notice, 'de')]
    expect(english.text).toBe('It happened.\n')
    expect(german.text).not.toContain(summary)
    expect(german.text).toMatch(/^[^\n]+\.\n$/)
    expect(english.subject).toMatch(/^Watchword: .+/)
    expect(german.subject).not.toBe(english.subject)
  })

  it('names in German what changed', () => {
    const changed = (what: string) =>
      mailOf({ event: 'person.factor_changed', summary, fields: { username: 'bob', what } }, 'de').text
    expect(changed('recovery-codes')).toContain('Ein Faktor von bob wurde geändert (Wiederherstellungscodes)')
    expect(changed('reset')).toContain('von bob wurden zurückgesetzt')
  })
})
