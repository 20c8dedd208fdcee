import { describe, expect, it } from 'vitest'
import {
  emptySection,
  formatProfileFile,
  optionOf,
  parseProfileFile,
  withOptions,
  withoutSection,
  withSection,
} from '../../../src/cli/aws/profile-file.ts'
import { fc } from '../../support/property.ts'

const mine = `# keys of my own, do not touch
[default]
region=eu-west-1 ; not a comment for everybody
Output = json

[prod] # trailing remark
s3 =
    max_concurrent_requests = 20
aws_access_key_id = AKIAEXAMPLE

; the end`

describe('parseProfileFile', () => {
  it('joins again to the same bytes, whatever the file', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '[a]',
        '[b c]',
        '[profile "x y"]',
        '# remark',
        '; remark',
        '',
        '   ',
        'key = value',
        'key=',
        's3 =',
        '  nested = 1',
        'a: b',
      ),
      fc.stringMatching(/^[a-z_]{1,8} = [ -~]{0,20}$/),
    )
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.boolean(), (lines, end, isEnded) => {
        const headers = new Set<string>()
        const unique = lines.filter((text) => !text.startsWith('[') || (!headers.has(text) && headers.add(text)))
        const text = ['[first]', ...unique].join(end) + (isEnded ? end : '')
        expect(formatProfileFile(parseProfileFile(text, 'file'))).toBe(text)
      }),
    )
  })

  it.each([
    ['\uFEFF[a]\n', 'begins with a byte order mark'],
    ['[a]\n[b]\n[a]\n', 'file:3 .* a second section \\[a\\]'],
    ['[a]\njust a word\n', 'file:2 .* a line without "="'],
    ['key = value\n[a]\n', 'file:1 .* an option before the first section'],
    ['[a\nkey = 1\n', 'file:1 .* a section header without its bracket'],
  ])('refuses what the AWS CLI cannot read: %j', (text, message) => {
    expect(() => parseProfileFile(text, 'file')).toThrow(new RegExp(message))
  })

  it('never quotes a line in its failure: the line may be a key', () => {
    expect(() => parseProfileFile('[a]\nAKIASECRETSECRET\n', 'file')).toThrow(/^(?!.*AKIASECRET).*$/)
  })
})

describe('changing a file', () => {
  it('adds a section after an empty line, and ends a last line that had no end', () => {
    const section = withOptions(emptySection('okta-a'), { region: 'x' })
    expect(formatProfileFile(withSection(parseProfileFile(mine, 'file'), section))).toBe(
      `${mine}\n\n[okta-a]\nregion = x\n`,
    )
    expect(formatProfileFile(withSection(parseProfileFile('', 'file'), section))).toBe('[okta-a]\nregion = x\n')
  })

  it('takes a section away with its options, and leaves the remarks that follow', () => {
    const text = `${mine}\n\n[okta-a]\nregion = x\n\n# about b\n[b]\nregion = y\n`
    expect(formatProfileFile(withoutSection(parseProfileFile(text, 'file'), 'okta-a'))).toBe(
      `${mine}\n\n# about b\n[b]\nregion = y\n`,
    )
  })

  it('keeps the line of an option whose value stays, spaces and all', () => {
    const [section] = parseProfileFile('[a]\nregion   =   x\n# remark\nold = 1\n\n', 'file').sections
    const changed = withOptions(section ?? emptySection('a'), { region: 'x', old: '2', fresh: '3' })
    expect(changed.lines.join('')).toBe('region   =   x\n# remark\nold = 2\nfresh = 3\n\n')
  })

  it('writes CRLF where the section has CRLF', () => {
    const [section] = parseProfileFile('[a]\r\nregion = x\r\n', 'file').sections
    expect(withOptions(section ?? emptySection('a'), { fresh: '1' }).lines.join('')).toBe('region = x\r\nfresh = 1\r\n')
  })

  it('reads a value as the AWS tools do: what follows a blank and # belongs to it', () => {
    const [section] = parseProfileFile('[a]\nregion = x # note\n', 'file').sections
    expect(optionOf(section ?? emptySection('a'), 'region')).toBe('x # note')
  })
})
