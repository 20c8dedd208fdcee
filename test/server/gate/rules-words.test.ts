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

  it.each(['10.0.0.0/', '10.0.0.0/8/24', '10.0.0.0/0x8', '10.0.0.0/1e1', '10.0.0.0/33', '10.0.0.0/-1', '::/129'])(
    'a network that a typing error would widen is refused: %s',
    (network) => {
      const yaml = `rules:\n  - network: ${network}\n    policy: bypass\n`
      expect(() => parseRules(yaml)).toThrow(`line 2: ${network} is no address or network`)
    },
  )

  it('an alias without its anchor, a tag nobody knows, and aliases without end are called what they are', () => {
    const alias = 'rules:\n  - host: *nobody\n    policy: deny\n'
    expect(() => parseRules(alias)).toThrow('an alias in it has no anchor before it')
    expect(() => parseRules('rules:\n  - policy: !not bypass\n')).toThrow('line 2: Unresolved tag: !not')
    const unfolding = Array.from({ length: 9 }, (_, index) => `  - &a${index + 1} [${`*a${index}, `.repeat(9)}]\n`)
    const endless = `rules:\n  - &a0 [x]\n${unfolding.join('')}`
    expect(() => parseRules(endless)).toThrow('it has more aliases than rules need')
  })

  it('rules may share one list as often as they like', () => {
    const rules = `  - group: &staff [ops, dev]\n    policy: deny\n${'  - {group: *staff, policy: bypass}\n'.repeat(200)}`
    expect(parseRules(`rules:\n${rules}`).rules).toHaveLength(201)
  })
})

it('P12 an IPv6 host is one host in all its spellings', () => {
  const { rules } = parseRules("rules:\n  - host: '[2001:DB8::1]'\n    policy: deny\n  - policy: bypass\n")
  const outcomes = ['[2001:db8::1]', '[2001:0db8:0:0:0:0:0:1]', '[2001:db8::0.0.0.1]', '[2001:db8::2]'].map((host) => {
    const visit = parseVisitUrl('GET', `https://${host}/x`)
    return visit === null ? null : judgeVisit(rules, visit, null, '192.0.2.1', 0).outcome
  })
  expect(outcomes).toEqual(['forbidden', 'forbidden', 'forbidden', 'allow'])
})
