import { describe, expect, it } from 'vitest'
import { judgeVisit } from '../../../src/server/gate/judgement.ts'
import { parseRules } from '../../../src/server/gate/rules-file.ts'
import { parseVisitUrl } from '../../../src/server/gate/visit.ts'

function outcomeForStranger(yaml: string): string | null {
  const visit = parseVisitUrl('GET', 'https://app.example.com/private/x')
  return visit === null ? null : judgeVisit(parseRules(yaml).rules, visit, null, '192.0.2.1', 0).outcome
}

describe('what a stranger is told', () => {
  it.each([
    ['denied to all', 'rules:\n  - path: /private/\n    policy: deny\n  - policy: one_factor\n', 'forbidden'],
    [
      'denied to some',
      'rules:\n  - path: /private/\n    group: guests\n    policy: deny\n  - policy: one_factor\n',
      'login',
    ],
    [
      'for some before it is denied to all',
      'rules:\n  - path: /private/\n    group: ops\n    policy: one_factor\n  - path: /private/\n    policy: deny\n',
      'login',
    ],
  ])('a path %s', (_what, yaml, outcome) => {
    expect(outcomeForStranger(yaml)).toBe(outcome)
  })
})

describe('a mistake in the rules file', () => {
  it.each([
    ['rules:\n  - policy: deny\n    hots: a\n', /line 3: there is no key hots; there are name, host, path/],
    ['rules: []\ndomain: a\n', /there is no key domain; there are rules, domains/],
    [
      'rules: []\ndomains:\n  - domain: a.test\n    portal: https://a.test\n    x: 1\n',
      /no key x; there are domain, portal/,
    ],
  ])('B3 an unknown key is called by its name', (yaml, sentence) => {
    expect(() => parseRules(yaml)).toThrow(sentence)
  })
})
