import { describe, expect, it } from 'vitest'
import { parseRules } from '../../../src/server/gate/rules-file.ts'
import { decide, type Visitor } from '../../../src/server/gate/rules.ts'
import { parseVisit } from '../../../src/server/gate/visit.ts'
import { fc } from '../../support/property.ts'

const stranger: Visitor = { address: '192.0.2.1', username: null, groups: [] }

function judged(yaml: string) {
  const { rules } = parseRules(yaml)
  return (target: string) => {
    const visit = parseVisit('GET', 'https', 'app.example.com', target)
    return visit === null ? null : decide(rules, visit, stranger)
  }
}

const publicFolder = judged('rules:\n  - path: /public/\n    policy: bypass\n')
const guardedFolder = judged('rules:\n  - path: /admin\n    policy: deny\n  - policy: bypass\n')

/** How an app may come from what stands in a request line to the file it serves. */
const apps: Record<string, (target: string) => string> = {
  'decodes, then resolves': (target) => resolve(percentDecode(target)),
  'resolves, then decodes and resolves again': (target) =>
    resolve(percentDecode(new URL(`http://a${target}`).pathname)),
  'reads a reference, then decodes': (target) => resolve(percentDecode(URL.parse(target, 'http://a')?.pathname ?? '/')),
  'cuts parameters before it decodes': (target) => resolve(percentDecode(target.replaceAll(/;[^/]*/g, ''))),
  'cuts parameters after it decoded': (target) => resolve(percentDecode(target).replaceAll(/;[^/]*/g, '')),
  'stands behind a proxy that decodes all but slashes': (target) =>
    resolve(percentDecode(new URL(`http://a${target.replaceAll(/%25/gi, '%')}`).pathname)),
}

function resolve(path: string): string {
  return new URL(`http://a/${path.replaceAll(/[?#%]/g, '_')}`.replaceAll(/(?<!:)\/{2,}/g, '/')).pathname
}

function percentDecode(path: string): string {
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

const spelling = fc.constantFrom(
  '%2e',
  '.',
  '..',
  '%2f',
  '/',
  '%252f',
  '%252e',
  ';x=1',
  '\\',
  '%5c',
  '//',
  '/./',
  '%41',
)
const targets = fc
  .array(fc.oneof(spelling, fc.constantFrom('/public/', '/admin', 'a', '/..', '/..%2f', '%2f..')), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => `/${parts.join('')}`)

describe('the spellings of a path', () => {
  it.each([
    '/public/a%2fb%2fc/../..%2fadmin/x',
    '/public/x%2fy/%252e%252e/..%2fadmin',
    '/public/a;/..%2f..;/admin',
    '/public/%2e%2e%255cadmin',
  ])('P13 %s leads out of a bypassed folder in two steps, and does not pass', (target) => {
    expect(publicFolder(target)?.verdict).not.toBe('bypass')
  })

  it.each(['//admin', '/x/..%2fadmin', '/admin%2f', '/admin;x', '/%61dmin', '//host/admin', '/x/%252e%252e/admin'])(
    'P13 %s is judged by the strictest rule of /admin, its step-up and its websockets',
    (target) => {
      const decide = judged(
        'rules:\n  - path: /admin\n    policy: two_factor\n    step_up_minutes: 1\n    websockets: same_site\n' +
          '  - policy: two_factor\n    step_up_minutes: 60\n',
      )
      const { verdict, stepUpSeconds, sameSiteSockets } = decide('/admin') ?? {}
      expect([verdict, stepUpSeconds, sameSiteSockets]).toEqual(['two_factor', 60, true])
      expect(decide(target)).toMatchObject({ verdict, stepUpSeconds, sameSiteSockets })
      expect(decide('/else')).toMatchObject({ stepUpSeconds: 3600, sameSiteSockets: false })
    },
  )

  it.each(Object.entries(apps))('N12 no spelling leaves a bypassed folder for an app that %s', (_name, read) => {
    fc.assert(
      fc.property(targets, (target) => {
        if (publicFolder(`/public/${target}`)?.verdict === 'bypass')
          expect(read(`/public/${target}`)).toMatch(/^\/public\//)
      }),
      { numRuns: 3000 },
    )
  })

  it.each(Object.entries(apps))('N12 no spelling reaches a denied folder of an app that %s', (_name, read) => {
    fc.assert(
      fc.property(targets, (target) => {
        if (/^\/admin(?:\/|$)/.test(read(target))) expect(guardedFolder(target)?.verdict ?? 'deny').toBe('deny')
      }),
      { numRuns: 3000 },
    )
  })

  it.each(['/100%25', '/50%25%20off.pdf', '/caf%e9', '/menu?q=%zz&r=%', '/a%20b/c+d'])(
    '%s is an ordinary address',
    (target) => {
      expect(guardedFolder(target)?.verdict).toBe('bypass')
    },
  )

  it.each(['/%c0%ae%c0%ae/admin', '/%e0%80%af', '/%25252525252525', '/x;y%2f..%2f;z/%252e%252e%252f%5c..//'])(
    'P10 %s is refused: no two servers read it alike',
    (target) => {
      expect(guardedFolder(target)).toBeNull()
    },
  )
})
