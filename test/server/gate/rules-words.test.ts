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
    expect(() => parseRules(alias)).toThrow('line 2: *nobody is an alias without its anchor')
    expect(() => parseRules('rules:\n  - policy: !not bypass\n')).toThrow('line 2: Unresolved tag: !not')
    const unfolding = Array.from({ length: 9 }, (_, index) => `  - &a${index + 1} [${`*a${index}, `.repeat(9)}]\n`)
    const endless = `rules:\n  - &a0 [x]\n${unfolding.join('')}`
    expect(() => parseRules(endless)).toThrow('it has more aliases than rules need')
  })

  it('B3 a file is read to its end: every mistake is told at once, each with its line', () => {
    const yaml = `rules:
  - host: [a.test, 3]
    policy: bypas
  - path: admin
    method: GTE
    policy: deny
  - host: a.test
domains:
  - domain: com
    portal: nowhere
`
    const lines = [
      'line 2: host is a text or a list of texts',
      'line 3: policy is bypass, one_factor, two_factor or deny',
      'line 4: the path admin cannot match as meant: a path begins with a slash',
      'line 4: GTE is no method of HTTP',
      'line 7: the rule has no policy; policy is bypass, one_factor, two_factor or deny',
      'line 9: com is a public suffix or an address, where no cookie is shared',
      'line 9: nowhere is no address of a portal; write it as https://auth.example.com',
    ]
    expect(() => parseRules(yaml)).toThrow(`The rules file is not used: ${lines.join('; ')}.`)
  })

  it.each([
    ['', 'line 1: the file begins with rules: and a list of rules below it'],
    ['rules:\n', 'line 1: rules is a list: each rule begins with a hyphen'],
    ['rules:\n  policy: deny\n', 'line 2: rules is a list: each rule begins with a hyphen'],
    [
      'rules:\n  - deny\n',
      'line 2: a rule is made of keys and values; policy is bypass, one_factor, two_factor or deny',
    ],
    [
      'rules:\n  - host: *.a.test\n    policy: deny\n',
      'line 2: *.a.test is an alias without its anchor; what begins with',
    ],
  ])('B3 the first file of a newcomer is explained: %j', (yaml, sentence) => {
    expect(() => parseRules(yaml)).toThrow(sentence)
  })

  it('a file that is wrong throughout fits into a line of the log', () => {
    const yaml = `rules:\n${'  - policy: no\n'.repeat(500)}`
    expect(() => parseRules(yaml)).toThrow(/^(?:[^;]+; ){20}and 480 more\.$/)
  })

  it('rules may share one list as often as they like', () => {
    const rules = `  - group: &staff [ops, dev]\n    policy: deny\n${'  - {group: *staff, policy: bypass}\n'.repeat(200)}`
    expect(parseRules(`rules:\n${rules}`).rules).toHaveLength(201)
  })
})

describe('a portal that is not what its author meant', () => {
  const domains = (...entries: readonly string[]) =>
    parseRules(`rules: []\ndomains:\n${entries.map((entry) => `  - {${entry}}\n`).join('')}`)

  it.each([
    ['https://auth.a.test/login', 'https://auth.a.test'],
    ['https://auth.a.test/auth/', 'https://auth.a.test'],
    ['https://auth.a.test:8443/?x=1', 'https://auth.a.test:8443'],
    ['https://auth.a.test/#x', 'https://auth.a.test'],
    ['https://me@auth.a.test', 'https://auth.a.test'],
  ])('%s loses nothing silently: it is refused, with what to write', (portal, origin) => {
    expect(() => domains(`domain: a.test, portal: '${portal}'`)).toThrow(
      `line 3: the portal ${portal} is more than a host, and the login always stands below /auth/ of it: write ${origin}`,
    )
  })

  it.each(['https://auth.a.test', 'https://auth.a.test/', 'HTTPS://Auth.A.Test:443/', 'http://auth.a.test:8080'])(
    '%s is a host, however it is written',
    (portal) => {
      expect(domains(`domain: a.test, portal: '${portal}'`).domains).toHaveLength(1)
    },
  )

  it('a second portal of one domain is refused, however the domain is written', () => {
    expect(() =>
      domains('domain: a.test, portal: https://one.a.test', 'domain: A.test., portal: https://two.a.test'),
    ).toThrow('line 4: a.test has a portal already, https://one.a.test: keep one of the two')
  })

  it('one host is the portal of one domain: its cookie could not reach both', () => {
    expect(() =>
      domains('domain: b.a.test, portal: https://in.b.a.test', 'domain: a.test, portal: https://in.b.a.test:8443'),
    ).toThrow('line 4: in.b.a.test is the portal of b.a.test already: give a.test a portal of its own, or leave it out')
  })

  it('a domain and a part of it may have a portal each', () => {
    const entries = ['domain: a.test, portal: https://in.a.test', 'domain: b.a.test, portal: https://in.b.a.test']
    expect(domains(...entries).domains).toHaveLength(2)
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
