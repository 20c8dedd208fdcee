import { describe, expect, it } from 'vitest'
import { parseRules } from '../../../src/server/gate/rules-file.ts'
import { decide, type Visitor } from '../../../src/server/gate/rules.ts'
import { parseVisit, parseVisitUrl } from '../../../src/server/gate/visit.ts'

const stranger: Visitor = { address: '192.0.2.1', username: null, groups: [] }
const alice: Visitor = { address: '192.0.2.1', username: 'alice', groups: ['ops'] }

const { rules } = parseRules(`
rules:
  - name: public files
    path: /public/
    policy: bypass
  - path_regex: '^/api/.*/status$'
    policy: bypass
  - host: Admin.Example.COM
    person: alice
    policy: two_factor
  - host: '*.example.com'
    path: /ops
    group: ops
    policy: one_factor
    step_up_minutes: 5
  - network: 10.0.0.0/8
    policy: bypass
`)

function verdict(target: string, visitor: Visitor = stranger, host = 'app.example.com'): string {
  const visit = parseVisit('GET', 'https', host, target)
  return visit === null ? 'refused' : decide(rules, visit, visitor).verdict
}

describe('rules of the gate', () => {
  it('B3 the first rule that matches decides and the default is deny', () => {
    expect(verdict('/public/logo.png')).toBe('bypass')
    expect(verdict('/public')).toBe('deny')
    expect(verdict('/else')).toBe('deny')
    expect(verdict('/ops/x', alice)).toBe('one_factor')
    expect(verdict('/ops/x', { ...alice, groups: [] })).toBe('deny')
    expect(verdict('/', { ...stranger, address: '10.1.2.3' })).toBe('bypass')
  })

  it('an expression matches the paths it describes, and no other', () => {
    expect(verdict('/api/v1/status')).toBe('bypass')
    expect(verdict('/api/v1/status/x')).toBe('deny')
  })

  it('a rule for a network says nothing to who is known to be elsewhere', () => {
    const yaml = (policy: string) => `rules:\n  - network: 10.0.0.0/8\n    policy: ${policy}\n  - policy: one_factor\n`
    const visit = parseVisit('GET', 'https', 'a.example', '/')
    const verdictFrom = (address: string, policy: string) =>
      visit && decide(parseRules(yaml(policy)).rules, visit, { ...alice, address }).verdict
    for (const policy of ['deny', 'two_factor', 'bypass']) {
      expect([verdictFrom('10.1.2.3', policy), verdictFrom('192.0.2.1', policy)]).toEqual([policy, 'one_factor'])
    }
  })

  it('a rule for methods decides about those and no other', () => {
    const { rules } = parseRules('rules:\n  - method: [GET, HEAD]\n    policy: bypass\n')
    const verdicts = ['GET', 'HEAD', 'POST', 'DELETE'].map((method) => {
      const visit = parseVisit(method, 'https', 'app.example.com', '/')
      return visit === null ? 'refused' : decide(rules, visit, stranger).verdict
    })
    expect(verdicts).toEqual(['bypass', 'bypass', 'deny', 'deny'])
  })

  it.each(['/api/private?x=/status', '/api/private#/status'])(
    'P3 a query or fragment never matches a path rule: %s',
    (target) => {
      expect(verdict(target)).toBe('deny')
    },
  )

  it.each(['/admin#/public/', '/admin%23/public/', '/admin%2523/public/', '/admin%3f/public/'])(
    'P4 %s is judged as /admin',
    (target) => {
      const visit = parseVisit('GET', 'https', 'app.example.com', target)
      const { rules } = parseRules('rules:\n  - path: /admin\n    policy: two_factor\n  - policy: bypass\n')
      expect(visit === null ? 'refused' : decide(rules, visit, stranger).verdict).toBe('two_factor')
      expect(verdict(target)).toBe('deny')
    },
  )

  it.each(['app.example.com', 'APP.example.com', 'app.example.com.', 'app.example.com:443'])(
    'P12 host %s is one host',
    (host) => {
      expect(verdict('/ops', alice, host)).toBe('one_factor')
    },
  )

  it('P12 an upper-case host in the rules file is the same host', () => {
    expect(verdict('/', alice, 'admin.example.com')).toBe('two_factor')
  })

  it.each([
    '/public/../admin',
    '/public/%2e%2e/admin',
    '/public/%2e%2e%2fadmin',
    '/public/..%2fadmin',
    '/public/..;/admin',
    '/public//../admin',
    '/public\\..\\admin',
    '/public/%252e%252e/admin',
    '/public/.%2e/admin',
    '/public/%5c..%5cadmin',
    '/PUBLIC/x',
  ])('P13 %s does not slip through the bypass of /public/', (target) => {
    expect(verdict(target)).not.toBe('bypass')
  })

  it('P14 slashes in a row change no verdict', () => {
    expect(verdict('/public//logo.png')).toBe(verdict('/public/logo.png'))
    expect(verdict('//ops', alice)).not.toBe('bypass')
    const { rules } = parseRules('rules:\n  - path: /a/b\n    policy: two_factor\n  - policy: bypass\n')
    for (const target of ['/a/b', '/a//b', '//a/b', '/a///b//c']) {
      const visit = parseVisit('GET', 'https', 'app.example.com', target)
      expect(visit === null ? 'refused' : decide(rules, visit, stranger).verdict).toBe('two_factor')
    }
  })

  it('a visitor whose address no proxy tells gains nothing by it', () => {
    const decideFor = (yaml: string) => {
      const visit = parseVisit('GET', 'https', 'a.example', '/')
      return visit && decide(parseRules(yaml).rules, visit, { ...alice, address: null }).verdict
    }
    expect(decideFor('rules:\n  - network: 0.0.0.0/0\n    policy: bypass\n')).toBe('deny')
    expect(decideFor('rules:\n  - network: 192.0.2.0/24\n    policy: deny\n  - policy: bypass\n')).toBe('deny')
    expect(decideFor('rules:\n  - network: ::/0\n    policy: one_factor\n  - policy: two_factor\n')).toBe('two_factor')
    expect(decideFor('rules:\n  - network: 10.0.0.0/8\n    policy: bypass\n  - policy: one_factor\n')).toBe(
      'one_factor',
    )
  })

  it('lets a path with letters beyond ASCII match its rule', () => {
    const menu = parseRules('rules:\n  - path: /menü/\n    policy: bypass\n').rules
    const visit = parseVisit('GET', 'https', 'a.example', '/men%C3%BC/today')
    expect(visit !== null && decide(menu, visit, stranger).verdict).toBe('bypass')
  })

  it.each(['', '/%zz', '/a\0b', '/%00', `/${'a'.repeat(9000)}`, '/ä', 'admin', '/%25252525252525'])(
    'P10 %j is refused, not judged',
    (target) => {
      expect(verdict(target)).toBe('refused')
    },
  )
})

describe('parseVisitUrl', () => {
  it('keeps commas in a query, which a joined header would also have', () => {
    expect(parseVisitUrl('GET', 'https://a.example/map?bbox=1,2')?.target).toBe('/map?bbox=1,2')
  })

  it.each([
    'https://a, https://b/',
    'https://u:p@a.example/',
    'ftp://a.example/',
    'https:///x',
    'https://a.example:99999/',
    'https://a\\b/',
  ])('P10 refuses %j', (url) => {
    expect(parseVisitUrl('GET', url)).toBeNull()
  })
})

describe('parseRules', () => {
  it('names line and reason of a mistake', () => {
    expect(() => parseRules('rules:\n  - path: /a\n    policy: allow\n')).toThrow(/line 3/)
    expect(() => parseRules('rules:\n  - path: a\n    policy: deny\n')).toThrow(/line 2.*begins with a slash/)
    expect(() => parseRules('rules: [')).toThrow(/line \d/)
    expect(() => parseRules('rules:\n  - pth: /a\n    policy: deny\n')).toThrow(/line 2/)
  })
})
