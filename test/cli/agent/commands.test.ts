import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsOf } from '../../support/items-of.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

// RFC 6238 appendix B, as Base32.
const sha1Secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const sha256Secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA'

describeWith(['gpg'], 'the commands on one store', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'github', '--secret', '-', '--issuer', 'GitHub', '--account', 'alice'], {
      input: sha1Secret,
    })
    await home.run(
      ['add', 'eight', '--secret', '-', '--options', 'digits=8,digest=sha256,interval=60,name=bob,issuer=Bank'],
      {
        input: `${sha256Secret}\n`,
      },
    )
    await home.run(['add', 'valve', '--secret', '-', '--type', 'steam'], { input: sha1Secret })
  })
  afterAll(() => home.remove())

  it('lists every name, sorted, and nothing else on standard output', async () => {
    expect(await home.run(['list'])).toBe('eight\ngithub\nvalve\n')
  })

  it.each([
    ['--digits', '6'],
    ['--period', '60'],
    ['--algorithm', 'SHA256'],
    ['--counter', '7'],
    ['--options', 'digits=8'],
  ])('says that %s %s does nothing for a Steam account, and changes nothing', async (flag, value) => {
    const before = readFileSync(home.store)
    const refused = await home.call(['edit', 'valve', flag, value])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(/^watchword: --\w+ does nothing for a steam account, .* --type .*\n$/)
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('takes what a Steam account has anyway', async () => {
    expect((await home.call(['edit', 'valve', '--digits', '5', '--issuer', 'Steam'])).code).toBe(0)
  })

  it('renaming onto a name that is taken advises what rename can do', async () => {
    const refused = await home.call(['rename', 'valve', 'github'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/named github, and nothing was changed\. .*`watchword rm`/)
    expect(refused.stderr).not.toContain('--force')
  })

  it('lists when no command is given', async () => {
    expect(await home.run([])).toBe('eight\ngithub\nvalve\n')
  })

  it('lists without opening the store', async () => {
    const finished = await home.call(['list'], { env: { WATCHWORD_GPG: '/nowhere/gpg' } })
    expect(finished).toEqual({ code: 0, stdout: 'eight\ngithub\nvalve\n', stderr: '' })
  })

  it('finds accounts by issuer and by tag', async () => {
    await home.run(['edit', 'github', '--tag', 'work', '--tag', 'code'])
    expect(await home.run(['list', 'bank'])).toBe('eight\n')
    expect(await home.run(['list', '--tag', 'work'])).toBe('github\n')
  })

  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [20_000_000_000, '353130'],
  ])('prints the code RFC 6238 gives at %d, alone', async (seconds, code) => {
    expect(await home.call(['get', 'github', '--at', String(seconds)])).toEqual({
      code: 0,
      stdout: `${code}\n`,
      stderr: '',
    })
  })

  it('takes a written moment too', async () => {
    expect(await home.run(['get', 'github', '--at', '2005-03-18T01:58:29Z'])).toBe('081804\n')
  })

  it('obeys the digits, digest and interval of --options', async () => {
    const args = ['--totp=sha256', '--base32', '--digits=8', '--time-step-size=60s', '--now=@1111111109', sha256Secret]
    const expected = execFileSync('oathtool', args).toString()
    expect(await home.run(['get', 'eight', '--at', '1111111109'])).toBe(expected)
  })

  it('prints five letters for Steam', async () => {
    expect(await home.run(['get', 'valve', '--at', '59'])).toMatch(/^[2-9BCDFGHJKMNPQRTVWXY]{5}\n$/)
  })

  it('prints the code after the present one', async () => {
    const { code } = JSON.parse(await home.run(['get', 'github', '--at', '89', '--json'])) as { code: string }
    expect(await home.run(['get', 'github', '--at', '59', '--next'])).toBe(`${code}\n`)
  })

  it('answers in JSON with stable names and without the secret', async () => {
    expect(JSON.parse(await home.run(['get', 'github', '--at', '59', '--json']))).toEqual({
      name: 'github',
      code: '287082',
      validFromMs: 30_000,
      validUntilMs: 60_000,
      secondsLeft: 0,
    })
    const listed = await home.run(['list', '--json'])
    expect(itemsOf(listed)).toContainEqual({
      name: 'eight',
      issuer: 'Bank',
      label: 'bob',
      type: 'totp',
      algorithm: 'SHA256',
      digits: 8,
      periodSeconds: 60,
      tags: [],
    })
    expect(listed).not.toContain('GEZD')
    expect(await home.run(['show', 'github', '--json'])).not.toContain('GEZD')
  })

  it('shows a secret only when that is asked for and confirmed', async () => {
    const refused = await home.call(['show', 'github', '--show-secret'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(await home.run(['show', 'github', '--show-secret', '--yes'])).toContain(`secretBase32: ${sha1Secret}`)
    expect((await home.call(['uri', 'github'])).code).toBe(2)
    expect(await home.run(['uri', 'github', '--yes'])).toBe(
      `otpauth://totp/GitHub:alice?secret=${sha1Secret}&issuer=GitHub&algorithm=SHA1&digits=6&period=30&tags=work%2Ccode\n`,
    )
  })

  it('keeps one otpauth URI per line, which gpg alone prints', () => {
    const lines = home.decrypted().trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line).toMatch(/^otpauth:\/\/(totp|steam)\/\S+$/)
  })

  it('leaves no secret in clear in any file of the home', () => {
    const files = filesBelow(home.path).filter((path) => !path.startsWith(home.gnupgHome))
    expect(files.length).toBeGreaterThan(1)
    for (const file of files) {
      expect(readFileSync(file, 'latin1'), file).not.toMatch(/GEZDGNBV|12345678901234567890/)
    }
  })

  it('keeps its folder and files to their owner', () => {
    expect(statSync(home.data).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(home.data)) expect(statSync(join(home.data, name)).mode & 0o777, name).toBe(0o600)
  })

  it('edits in place and keeps the name', async () => {
    await home.run(['add', 'temp', '--secret', '-'], { input: sha1Secret })
    await home.run(['edit', 'temp', '--issuer', 'Other', '--digits', '8', '--note', 'a note'])
    const shown = JSON.parse(await home.run(['show', 'temp', '--json'])) as object
    expect(shown).toMatchObject({ name: 'temp', issuer: 'Other', digits: 8, note: 'a note', secretBits: 160 })
    await home.run(['rename', 'temp', 'renamed'])
    expect(await home.run(['get', 'renamed', '--at', '59'])).toBe('94287082\n')
    await home.run(['rm', 'renamed', '--yes'])
    expect((await home.call(['get', 'renamed'])).code).toBe(3)
  })

  it('asks before it removes', async () => {
    const finished = await home.call(['rm', 'github'])
    expect(finished.code).toBe(2)
    expect(await home.run(['list'])).toContain('github')
  })
})

describeWith(['gpg'], 'what the commands refuse', () => {
  let home: AgentHome
  let before: Buffer

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'work:alice', '--secret', '-'], { input: sha1Secret })
    await home.run(['add', 'work:bob', '--secret', '-'], { input: sha1Secret })
    before = readFileSync(home.store)
  })
  afterAll(() => home.remove())

  it.each([
    ['an unknown name', ['get', 'nothing'], 3],
    ['an ambiguous name', ['get', 'work'], 4],
    ['no name', ['get'], 2],
    ['an unknown command', ['gte'], 2],
    ['an unknown flag', ['get', '--nope'], 2],
    ['a time that is none', ['get', 'work:alice', '--at', 'noon'], 2],
    ['a name that is taken', ['add', 'work:bob', '--secret', '-'], 1],
    ['a secret on the command line', ['add', 'x', '--secret', sha1Secret], 2],
    ['two sources of a secret', ['add', 'x', '--secret', '-', '--uri', '-'], 2],
    ['a name that climbs', ['add', '../x', '--secret', '-'], 8],
    ['a name that climbs within', ['add', 'a/../x', '--secret', '-'], 8],
    ['a name with a line break', ['add', 'a\nb', '--secret', '-'], 8],
    ['a name with an escape', ['add', 'a\u001b[2J', '--secret', '-'], 8],
    ['an empty name', ['add', '', '--secret', '-'], 8],
    ['digits out of range', ['add', 'x', '--secret', '-', '--digits', '11'], 8],
    ['options that are none', ['add', 'x', '--secret', '-', '--options', 'colour=red'], 8],
    ['a file that is not there', ['add', 'x', '--qr', '/nowhere.png'], 8],
    ['renaming onto another', ['rename', 'work:alice', 'work:bob'], 1],
    ['a counter of an account that does not count', ['edit', 'work:alice', '--counter', '5'], 2],
    ['steam with digits', ['edit', 'work:alice', '--type', 'steam', '--digits', '8'], 2],
    ['adding steam with digits', ['add', 'x', '--secret', '-', '--type', 'steam', '--digits', '8'], 2],
    ['adding a counting account with a period', ['add', 'x', '--secret', '-', '--type', 'hotp', '--period', '60'], 2],
  ])('%s: the documented exit code, one sentence, the store unchanged', async (_, args, code) => {
    const finished = await home.call(args, { input: sha1Secret })
    expect(finished.code).toBe(code)
    expect(finished.stdout).toBe('')
    expect(finished.stderr).toMatch(/^watchword: [^\n]+\n$/)
    expect(finished.stderr).not.toContain('GEZDGNBV')
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it.each([
    'GEZDGNBVGY3TQOJ0',
    'GEZDGNBVGY3TQOJ1',
    'GEZDGNBVGY3TQOJ8',
    'ÄÖÜ',
    '',
    'otpauth://totp/x?secret=GEZ1',
    'https://example.com/',
  ])('the secret %j: exit code 8, one sentence without the secret, the store unchanged', async (input) => {
    const finished = await home.call(['add', 'x', '--secret', '-'], { input })
    expect(finished).toMatchObject({ code: 8, stdout: '' })
    expect(finished.stderr).toMatch(/^watchword: [^\n]+\n$/)
    expect(finished.stderr).not.toContain('GEZ')
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('an ambiguous name is answered with its candidates', async () => {
    const { stderr } = await home.call(['get', 'work'])
    expect(stderr).toContain('work:alice, work:bob')
  })

  it('an exact name wins over longer ones', async () => {
    await home.run(['add', 'work', '--secret', '-'], { input: sha1Secret })
    expect(await home.run(['get', 'work', '--at', '59'])).toBe('287082\n')
    before = readFileSync(home.store)
  })
})

describe('a computer without a store', () => {
  it('lists nothing, says what to do, and ends well', async () => {
    const home = makeAgentHome({ key: false })
    const finished = await home.call(['list'])
    expect(finished).toMatchObject({ code: 0, stdout: '' })
    expect(finished.stderr).toContain('watchword add NAME')
    expect((await home.call(['get', 'x'])).code).toBe(3)
    home.remove()
  })
})

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
