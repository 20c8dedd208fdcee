import { describe, expect, it } from 'vitest'
import { slowness } from '../../../src/server/gate/linear-expression.ts'
import { parseRules } from '../../../src/server/gate/rules-file.ts'
import { decide } from '../../../src/server/gate/rules.ts'
import { parseVisit } from '../../../src/server/gate/visit.ts'
import { stepsOf } from '../../support/gate/backtracking.ts'
import { fc } from '../../support/property.ts'

/** The verdict of one rule, and a bypass behind it, for a target. */
function verdict(rule: string, target: string) {
  const { rules } = parseRules(`rules:\n  - {${rule}, policy: deny}\n  - policy: bypass\n`)
  const visit = parseVisit('GET', 'https', 'app.example.com', target)
  const stranger = { address: '192.0.2.1', username: null, groups: [] }
  return visit === null ? 'refused' : decide(rules, visit, stranger).verdict
}

describe('paths of the rules file', () => {
  it.each([
    ['/my%20files', '/my%20files/x'],
    ['/my files', '/my%20files/x'],
    ['/caf%C3%A9', '/caf%c3%a9'],
    ['/café', '/caf%E9/menu'],
    ['/projects/a%2Fb', '/projects/a%2fb/x'],
    ['/100%25', '/100%25'],
    ['/files/*', '/files/x'],
    ['/a-b_c~d', '/a-b_c~d/x'],
  ])('%s denies %s, in whatever encoding either is written', (path, target) => {
    expect(verdict(`path: '${path}'`, target)).toBe('deny')
  })

  it('a path with an encoded slash can be opened, and opens no other', () => {
    const { rules } = parseRules("rules:\n  - path: '/p/a%2Fb/'\n    policy: bypass\n")
    const open = (target: string) => {
      const visit = parseVisit('GET', 'https', 'a.example', target)
      return visit !== null && decide(rules, visit, { address: '192.0.2.1', username: null, groups: [] }).verdict
    }
    expect([open('/p/a%2Fb/raw'), open('/p/a%2Fb/..%2fx'), open('/p/a')]).toEqual(['bypass', 'deny', 'deny'])
  })

  it.each([
    ['/files/*/private', /path_regex/],
    ['/files*', /path_regex/],
    ['/x?admin=1', /query is never looked at/],
    ['/x#y', /neither \? nor #/],
    ['/a/../b', /segments/],
    ['/a%2f..%2fb', /segments/],
    ['/a//b', /segments/],
    ['/a;b', /segments/],
    ['/100%', /%25/],
    ['admin', /begins with a slash/],
  ])('%s is refused with its line, for it could not match as meant', (path, reason) => {
    const yaml = `rules:\n  - policy: bypass\n  - path: '${path}'\n    policy: deny\n`
    expect(() => parseRules(yaml)).toThrow(reason)
    expect(() => parseRules(yaml)).toThrow(/line 3/)
  })

  it('a method nobody sends is refused, one of WebDAV is known', () => {
    expect(() => parseRules('rules:\n  - method: GTE\n    policy: deny\n')).toThrow(/line 2.*GTE is no method/)
    expect(parseRules('rules:\n  - method: version-control\n    policy: deny\n').rules[0]?.methods).toEqual(
      new Set(['VERSION-CONTROL']),
    )
  })

  it('a name composed otherwise is the same name', () => {
    const decomposed = 'jose\u0301'
    const { rules } = parseRules(`rules:\n  - person: ${decomposed}\n    policy: two_factor\n`)
    expect(rules[0]?.people?.has(decomposed.normalize('NFC'))).toBe(true)
  })
})

describe('expressions of the rules file', () => {
  it.each([
    '^/api/.*/status$',
    '^/public/.*\\.(png|jpe?g|css)$',
    '^/users/[^/]+/avatar$',
    '^/[a-z]{2}/docs/',
    '^/(en|de)/help(/.*)?$',
    '\\.(css|js)$',
    '^/files/.*/private/.*',
    '(^|/)\\.git(/|$)',
    '^/(.*/)?static/',
    '/users/[^/]+/avatar$',
    '^/[\\w-]+/[\\w-]+/blob/',
    '^/static/[0-9a-f]{8,40}\\.js$',
    '^/(?<what>\\p{L}+)/x$',
  ])('%s takes time in proportion to the path, and is taken', (expression) => {
    expect(slowness(expression)).toBeNull()
  })

  it.each([
    '^/(\\w+\\s?)*$',
    '(a+)+$',
    '^/(a|aa)+$',
    '^/(a{0,9}){2,9}b',
    '^/a*a*a*b',
    '^/[^x]*x?[^x]*y',
    '[a-z]+$',
    '^/.*x[a-z]*$',
    '/static/.*\\.js$',
    '(?=a)b',
    '^/(a)\\1',
    'a?a?a?a?a?a?a?a?a?a?a?a?$',
    '^/(.*)(.*)$x',
  ])('%s could be kept busy by a path, and is refused with its line', (expression) => {
    const yaml = `rules:\n  - path_regex: '${expression}'\n    policy: deny\n`
    expect(() => parseRules(yaml)).toThrow(/line 2.*could keep the expression/)
  })

  it('no expression that is taken walks over a path again and again', () => {
    const atom = fc.constantFrom('a', 'b', '/', '[ab]', '[^/]', '.', '\\w', '(a|b)', '(ab)', '(a*b)', '(a|ab)', '(/a)')
    const piece = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2,}', '{1,3}')).map((parts) => parts.join(''))
    const expressions = fc
      .tuple(fc.constantFrom('^', ''), fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('', '$', 'c$'))
      .map(([start, pieces, end]) => `${start}${pieces.join('')}${end}`)
    const texts = fc.tuple(fc.constantFrom('a', 'ab', '/a', 'a/b', 'b', '/'), fc.constantFrom('!', '', '/!', 'c'))
    let taken = 0
    fc.assert(
      fc.property(expressions, texts, (source, [part, end]) => {
        if (slowness(source) !== null) return
        taken += 1
        const [some, twice] = [150, 300].map((times) => stepsOf(source, `/${part.repeat(times)}${end}`))
        expect(twice).toBeLessThanOrEqual(3 * (some ?? 0) + 200)
      }),
      { numRuns: 3000 },
    )
    expect(taken).toBeGreaterThan(100)
    // The measure sees what is slow.
    const [some, twice] = [150, 300].map((times) => stepsOf('[a-z]+$', `/${'a'.repeat(times)}!`))
    expect(twice).toBeGreaterThan(3 * (some ?? 0) + 200)
  })
})
