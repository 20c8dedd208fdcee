import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { clipboardsOf, isRemoteSession } from '../../../src/cli/agent/clipboard/programs.ts'
import { compareCode } from '../../../src/cli/agent/compare-code.ts'
import { judgeDecryption } from '../../../src/cli/agent/gpg/decrypt.ts'
import { parseKeyList } from '../../../src/cli/agent/gpg/keys.ts'
import { matchName } from '../../../src/cli/agent/match-name.ts'
import { narrow, pressed } from '../../../src/cli/agent/pick-name.ts'
import { parseOptions } from '../../../src/cli/agent/simpleotp-options.ts'
import { forBash, splitCommandLine } from '../../../src/cli/agent/split-command-line.ts'
import { checkName, nameOf, readLines, tameName, withName, writeLines } from '../../../src/cli/agent/store/lines.ts'
import { type IndexEntry, indexEntryOf } from '../../../src/cli/agent/store/name-index.ts'
import { nextStep } from '../../../src/cli/agent/store/reserve-step.ts'
import { ownHosts, refusalOf } from '../../../src/cli/agent/web/guard.ts'
import { html } from '../../../src/cli/agent/web/html.ts'
import { completeAccount } from '../../../src/otp/account.ts'
import { codeOf } from '../../../src/otp/code.ts'
import { fc } from '../../support/property.ts'

const noonMs = 1_800_000_000_000
const account = completeAccount({ name: 'alice', issuer: 'GitHub', secret: new Uint8Array(20).fill(7) })

describe('matchName', () => {
  const entries = ['git', 'github', 'gitlab', 'Bank of Gitland'].map(entryNamed)

  it.each([
    ['git', { kind: 'one', name: 'git' }],
    ['GITHUB', { kind: 'one', name: 'github' }],
    ['gith', { kind: 'one', name: 'github' }],
    ['gi', { kind: 'several', names: ['git', 'github', 'gitlab'] }],
    ['land', { kind: 'one', name: 'Bank of Gitland' }],
    ['bog', { kind: 'one', name: 'Bank of Gitland' }],
    ['zzz', { kind: 'none' }],
    ['', { kind: 'none' }],
    [' ', { kind: 'none' }],
  ])('%s', (typed, expected) => {
    expect(matchName(typed, entries)).toEqual(expected)
  })

  it('always finds an exact name', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), (names) => {
        for (const name of names) expect(matchName(name, names.map(entryNamed))).toEqual({ kind: 'one', name })
      }),
    )
  })
})

describe('compareCode', () => {
  it('the same code', () => {
    expect(compareCode(account, codeOf(account, noonMs), noonMs)).toEqual({ kind: 'same' })
  })

  it.each([30, -30, 300, -300])('a clock %d s off', (seconds) => {
    expect(compareCode(account, codeOf(account, noonMs + seconds * 1000), noonMs)).toEqual({ kind: 'clock', seconds })
  })

  it.each([
    { algorithm: 'SHA256', digits: 6, periodSeconds: 30 },
    { algorithm: 'SHA1', digits: 8, periodSeconds: 60 },
    { algorithm: 'SHA512', digits: 8, periodSeconds: 30 },
  ] as const)('other parameters: %o', (parameters) => {
    const code = codeOf({ ...account, ...parameters }, noonMs)
    expect(compareCode(account, code, noonMs)).toEqual({ kind: 'parameters', ...parameters })
  })

  it('a counter off by one', () => {
    const counting = completeAccount({ ...account, type: 'hotp', counter: 5 })
    const code = codeOf({ ...counting, counter: 6 }, 0)
    expect(compareCode(counting, code, 0)).toEqual({ kind: 'counter', counter: 6, ahead: 1 })
  })

  it('another secret', () => {
    const stranger = { ...account, digits: 10, secret: new Uint8Array(20).fill(9) }
    expect(compareCode(account, codeOf(stranger, noonMs), noonMs)).toEqual({ kind: 'different' })
  })
})

describe('b20 the clipboard', () => {
  const programsFor = (env: Record<string, string>, platform: NodeJS.Platform) =>
    clipboardsOf(env, platform).map(({ copy }) => copy[0])

  it.each<[string, Record<string, string>, NodeJS.Platform, string[]]>([
    [
      'Wayland first, then X, where both are there',
      { WAYLAND_DISPLAY: 'w', DISPLAY: ':0' },
      'linux',
      ['wl-copy', 'xclip', 'xsel'],
    ],
    ['X alone', { DISPLAY: ':0' }, 'linux', ['xclip', 'xsel']],
    ['Windows’ own below WSL', { WSL_DISTRO_NAME: 'Debian' }, 'linux', ['clip.exe']],
    ['macOS', {}, 'darwin', ['pbcopy']],
    ['Windows', {}, 'win32', ['clip.exe']],
    ['none without a desktop', {}, 'linux', []],
  ])('is the one of the desktop: %s', (_where, env, platform, programs) => {
    expect(programsFor(env, platform)).toEqual(programs)
  })

  it.each([{ SSH_CONNECTION: '10.0.0.1 22' }, { SSH_TTY: '/dev/pts/1' }])(
    'is the terminal’s own over SSH: %j',
    (env) => {
      expect(isRemoteSession(env)).toBe(true)
      expect(isRemoteSession({ DISPLAY: ':0' })).toBe(false)
    },
  )
})

describe('names', () => {
  it('come from issuer and label, or from the account’s own', () => {
    expect(nameOf(account)).toBe('GitHub:alice')
    expect(nameOf(withName(account, 'gh'))).toBe('gh')
    expect(withName(withName(account, 'gh'), 'GitHub:alice')).toEqual(account)
  })

  it.each(['', ' a', 'a\n', '-a', '../a', 'a/..', 'a\\..\\b', 'a\u0000', 'a\u202eb', 'x'.repeat(201)])(
    '%j is refused',
    (name) => {
      expect(() => checkName(name)).toThrow()
    },
  )

  it.each(['👩‍💻 work', 'می‌خواهم', '日本語', 'e\u0301'])('%j is one as people write it', (name) => {
    expect([checkName(name), tameName(name)]).toEqual([name, name])
  })

  it.each(['g\u200dh', '\u200d', 'é\u200d'])('%j hides a sign, so it is none', (name) => {
    expect(() => checkName(name)).toThrow()
    expect(checkName(tameName(name))).not.toMatch(/\u200d/)
  })

  it('are tamed into acceptable ones, whatever they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => void checkName(tameName(name))),
      { numRuns: 2000 },
    )
  })

  it('and everything else survive a round through the store’s lines', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((value) => value.trim())
    const seed = fc.record({ name: text, issuer: text, digits: fc.integer({ min: 4, max: 10 }), tag: text, own: text })
    fc.assert(
      fc.property(
        seed,
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        ({ name, issuer, digits, tag, own }, secret) => {
          const tags = tag === '' ? [] : [tag]
          const plain = completeAccount({ name: name || 'n', issuer, digits, tags, secret: new Uint8Array(secret) })
          const stored = own === '' ? plain : withName(plain, own)
          const [read] = readLines(writeLines([stored]))
          expect(nameOf(read ?? plain)).toBe(nameOf(stored))
          expect(read && indexEntryOf(read)).toEqual(indexEntryOf(stored))
          expect(read && [...read.secret]).toEqual([...stored.secret])
        },
      ),
    )
  })
})

describe('gpg’s answers', () => {
  const answer = {
    exitCode: 0,
    output: Buffer.from('x'),
    status: ['PLAINTEXT 62 0 ', 'DECRYPTION_OKAY', 'GOODMDC'],
    messages: '',
  }

  it('count only when gpg vouches for the whole', () => {
    expect(judgeDecryption(answer).opened).toBe(true)
    for (const missing of answer.status) {
      expect(judgeDecryption({ ...answer, status: answer.status.filter((line) => line !== missing) }).opened).toBe(
        false,
      )
    }
    expect(judgeDecryption({ ...answer, exitCode: 2 }).opened).toBe(false)
    expect(judgeDecryption({ ...answer, status: [...answer.status, 'PLAINTEXT 62 0 '] }).opened).toBe(false)
    expect(judgeDecryption({ ...answer, status: [] }).opened).toBe(false)
  })

  it.each([
    [['ENC_TO A 18 0', 'ERROR pkdecrypt_failed 67108875'], 'wrong passphrase'],
    [['ENC_TO A 18 0', 'ERROR pkdecrypt_failed 67108949'], 'locked'],
    [['ENC_TO A 18 0', 'ERROR pkdecrypt_failed 83918950'], 'locked'],
    [['ENC_TO A 18 0', 'NO_SECKEY A'], 'no key'],
    [['NODATA 1', 'NODATA 2'], 'not encrypted'],
    [['NODATA 3'], 'damaged'],
    [['ENC_TO A 18 0', 'BADMDC'], 'damaged'],
    [[], 'damaged'],
  ])('%j means %s', (status, reason) => {
    expect(judgeDecryption({ exitCode: 2, output: Buffer.alloc(0), status, messages: '' })).toMatchObject({
      opened: false,
      reason,
    })
  })

  it('list keys with what makes them unusable', () => {
    const listing = [
      'pub:e:255:22:AAAAAAAAAAAAAAAA:1700000000:1700100000::u:::cC:::::ed25519:::0:',
      'fpr:::::::::00112233445566778899AABBAAAAAAAAAAAAAAAA:',
      'uid:e::::1700000000::X::Old \\x3a Key <old@local>::::::::::0:',
      'sub:e:255:18:BBBBBBBBBBBBBBBB:1700000000::::::e:::::cv25519::',
    ].join('\n')
    expect(parseKeyList(listing)).toMatchObject([
      { userId: 'Old : Key <old@local>', unusable: 'expired', expiresAtSeconds: 1_700_100_000 },
    ])
  })
})

describe('reserved steps', () => {
  const request = { name: 'x', periodSeconds: 30, nowMs: noonMs }
  const present = noonMs / 30_000

  it('rise one by one, and forget a clock that was wrong', () => {
    expect(nextStep(undefined, request)).toBe(present)
    expect(nextStep(present - 5, request)).toBe(present)
    expect(nextStep(present, request)).toBe(present + 1)
    expect(nextStep(present + 1000, request)).toBe(present)
  })
})

describe('the page’s guard', () => {
  const hosts = ownHosts(8001)
  const visit = { method: 'POST', host: '127.0.0.1:8001', origin: 'http://127.0.0.1:8001', fetchSite: 'same-origin' }

  it('lets in only its own name and origin', () => {
    expect(refusalOf(visit, hosts)).toBeNull()
    expect(refusalOf({ ...visit, host: 'evil.example' }, hosts)).toBe(421)
    expect(refusalOf({ ...visit, origin: 'http://localhost:8001' }, hosts)).toBe(403)
    expect(refusalOf({ ...visit, origin: undefined }, hosts)).toBe(403)
    expect(refusalOf({ ...visit, fetchSite: 'same-site' }, hosts)).toBe(403)
    expect(refusalOf({ ...visit, method: 'PUT' }, hosts)).toBe(405)
  })

  it('escapes whatever is put into a page', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(html`${text}`.html).not.toMatch(/[<>"']/)
      }),
    )
  })
})

it('options read as simpleotp wrote them, and better', () => {
  expect(parseOptions('digits=6,digest=None,name=None,issuer=None,interval=30')).toEqual({
    digits: 6,
    periodSeconds: 30,
  })
  expect(parseOptions('digest=sha256, issuer=A=B,')).toEqual({ algorithm: 'SHA256', issuer: 'A=B' })
  expect(() => parseOptions('nonsense')).toThrow('"nonsense" is none of these keys')
  for (const wrong of ['digits', 'digits=x', 'colour=red', 'digest=md5', '__proto__=1'])
    expect(() => parseOptions(wrong)).toThrow()
})

it('a picked list narrows and moves', () => {
  expect(narrow(['beta', 'alpha', 'Alb'], 'al')).toEqual(['Alb', 'alpha'])
  expect(pressed({ typed: 'a', cursor: 1 }, '\u001b[B', 2)).toEqual({ typed: 'a', cursor: 1 })
  expect(pressed({ typed: 'a', cursor: 1 }, '\u001b[A', 2)).toEqual({ typed: 'a', cursor: 0 })
  expect(pressed({ typed: 'ab', cursor: 1 }, '\u007f', 2)).toEqual({ typed: 'a', cursor: 0 })
})

it('a half-typed line splits into words as a shell would', () => {
  const { words, openQuote } = splitCommandLine('watchword get "a b" c\\ d e:f ')
  expect([words, openQuote]).toEqual([['watchword', 'get', 'a b', 'c d', 'e:f', ''], ''])
  expect(splitCommandLine('get "say \\"hi')).toEqual({ words: ['get', 'say "hi'], openQuote: '"' })
  expect(splitCommandLine("get 'a\\")).toEqual({ words: ['get', 'a\\'], openQuote: "'" })
})

it('what bash puts in place is the name again, within quotes and without, whole characters and all', () => {
  for (const name of ['a b', 'team: x', "it's", 'say "hi"', 'ünïcødé 😀', '$HOME`x`\\', '*;&|']) {
    for (const quote of ['', '"', "'"]) {
      const put = `${quote}${forBash(name, '', quote)}${quote}`
      expect([put, splitCommandLine(put).words]).toEqual([put, [name]])
      expect(execFileSync('bash', ['-c', `printf %s ${put}`]).toString()).toBe(name)
    }
  }
  expect(forBash('work:😀', 'work:', '')).toBe(String.raw`\😀`)
  expect(forBash('work:a b', 'work:', '"')).toBe('work:a b')
})

function entryNamed(name: string): IndexEntry {
  return { ...indexEntryOf(account), name, issuer: '', label: '' }
}
