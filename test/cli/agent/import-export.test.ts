import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import jsQr from 'jsqr'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { planReports } from '../../../src/cli/agent/import/plan.ts'
import { progressBar } from '../../../src/cli/agent/import/show-progress.ts'
import type { ImportReport } from '../../../src/importers/report.ts'
import { completeAccount, type OtpAccount } from '../../../src/otp/account.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const other = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const uriList = [
  `otpauth://totp/GitHub:alice?secret=${secret}&issuer=GitHub`,
  `otpauth://totp/GitHub:alice?secret=${secret}&issuer=GitHub`,
  `otpauth://hotp/Bank:bob?secret=${other}&issuer=Bank&counter=7&digits=8`,
  'otpauth://totp/Broken:eve?secret=GEZ1&issuer=Broken',
].join('\n')

describeWith(['gpg'], 'taking accounts over', () => {
  let home: AgentHome
  let file: string

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['agent', 'init'])
    file = join(home.path, 'export.txt')
    writeFileSync(file, uriList)
  })
  afterAll(() => home.remove())

  it('a dry run tells what would happen, in counts that add up, and stores nothing', async () => {
    const before = readFileSync(home.store)
    const finished = await home.call(['import', file, '--dry-run', '--json'])
    const told = JSON.parse(finished.stdout) as Record<string, number>
    expect(told).toMatchObject({ imported: false, total: 4, new: 2, duplicate: 1, changed: 0, refused: 1, skipped: 0 })
    expect(finished.stdout).not.toMatch(/GEZDG|JBSWY/)
    expect(finished.code).toBe(9)
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('deletes what a link leads to as well, and takes a file named twice once', async () => {
    const [real, link] = [join(home.path, 'real.txt'), join(home.path, 'link.txt')]
    writeFileSync(real, `otpauth://totp/Link:me?secret=${other}&issuer=Link`)
    symlinkSync(real, link)
    const told = await home.run(['import', link, real, link, '--delete', '--yes', '--json'])
    expect(JSON.parse(told)).toMatchObject({ total: 1, new: 1 })
    expect([existsSync(real), lstatSync(link, { throwIfNoEntry: false })]).toEqual([false, undefined])
    await home.run(['rm', 'Link:me', '--yes'])
  })

  it('shows nothing of an import that could speak to the terminal', async () => {
    const hostile = join(home.path, 'hostile.txt')
    writeFileSync(
      hostile,
      `otpauth://totp/Ev%1b%5d0;own%07il%0Ax:%E2%80%AEme?secret=${other}&issuer=Ev%1b%5d0;own%07il%0Ax`,
    )
    await home.run(['import', hostile, '--yes'])
    const name = (await home.run(['list'])).trim()
    const seen = (await home.run(['list', '--long'])) + (await home.run(['show', name]))
    expect(seen).toContain(String.raw`\u{1b}`)
    expect([...seen].filter((sign) => /[\p{Cc}\u202e]/u.test(sign) && sign !== '\n' && sign !== '\t')).toEqual([])
    await home.run(['rm', name, '--yes'])
  })

  it('nothing is stored without a yes', async () => {
    expect((await home.call(['import', file])).code).toBe(2)
    expect(await home.run(['list'])).toBe('')
  })

  it('stores what can be read, names what cannot, and ends with exit code 9', async () => {
    const finished = await home.call(['import', file, '--yes'])
    expect(finished).toMatchObject({ code: 9, stdout: '' })
    expect(finished.stderr).toContain('4 entries: 2 new, 1 duplicate, 0 changed, 1 refused, 0 left out.')
    expect(finished.stderr).toMatch(/refused: .*Is it the letter I\?/)
    expect(finished.stderr).toContain('delete it when you no longer need it')
    expect(await home.run(['list'])).toBe('Bank:bob\nGitHub:alice\n')
    expect(JSON.parse(await home.run(['show', 'Bank:bob', '--json']))).toMatchObject({
      type: 'hotp',
      counter: 7,
      digits: 8,
    })
  })

  it('the same file again adds nothing', async () => {
    const { stdout } = await home.call(['import', file, '--yes', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ total: 4, new: 0, duplicate: 3, refused: 1 })
  })

  it('b51 --delete removes the file once everything in it is here, and not before', async () => {
    const rest = join(home.path, 'rest.txt')
    writeFileSync(rest, uriList)
    expect((await home.call(['import', rest, '--yes', '--delete'])).code).toBe(9)
    expect(existsSync(rest)).toBe(true)
    writeFileSync(rest, uriList.split('\n').slice(0, 3).join('\n'))
    const finished = await home.call(['import', rest, '--yes', '--delete'])
    expect(finished).toMatchObject({ code: 0, stderr: expect.stringContaining(`Deleted ${rest}.`) as string })
    expect(existsSync(rest)).toBe(false)
  })

  it('b51 --delete leaves folders, and several files are spoken of as several', async () => {
    const folder = join(home.path, 'tree')
    mkdirSync(folder)
    const clear = join(home.path, 'clear')
    writeFileSync(clear, `otpauth://totp/mail?secret=${other}`)
    const to = ['--trust-model', 'always', '-r', 'me@local', '-o', join(folder, 'mail.gpg')]
    home.gpg(...to, '--encrypt', clear)
    const finished = await home.call(['import', folder, '--yes', '--delete'])
    expect(finished.stderr).toContain(`${folder} still holds the secrets: delete it when`)
    expect(finished.code).toBe(0)
    expect(existsSync(join(folder, 'mail.gpg'))).toBe(true)
    const several = await home.call(['import', folder, file, '--yes'])
    expect(several.stderr).toContain(`${folder}, ${file} still hold the secrets: delete them when`)
    rmSync(folder, { recursive: true })
    await home.run(['rm', 'mail', '--yes'])
  })

  it('another secret under a known name is stored beside it, or replaces it when told to', async () => {
    const changed = join(home.path, 'changed.txt')
    writeFileSync(changed, `otpauth://totp/GitHub:alice?secret=${other}&issuer=GitHub`)
    await home.run(['import', changed, '--yes'])
    expect(await home.run(['list', 'github'])).toBe('GitHub:alice\nGitHub:alice 2\n')
    await home.run(['rm', 'GitHub:alice 2', '--yes'])
    await home.run(['import', changed, '--yes', '--replace', '--delete'])
    expect(await home.run(['uri', 'GitHub:alice', '--yes'])).toContain(other)
    expect(existsSync(changed)).toBe(false)
  })

  it('a name full of tricks is made harmless', async () => {
    const tricky = join(home.path, 'tricky.txt')
    writeFileSync(tricky, `otpauth://totp/..%2F..%2Fetc%0Apasswd?secret=${secret}${secret}\n`)
    await home.run(['import', tricky, '--yes'])
    expect(await home.run(['list', 'passwd'])).toBe('_/_/etc passwd\n')
    await home.run(['rm', '_/_/etc passwd', '--yes'])
  })

  it('what is no export: exit code 1 and a sentence, the store unchanged', async () => {
    const before = readFileSync(home.store)
    const nonsense = join(home.path, 'nonsense')
    for (const bytes of [Buffer.from([1, 2, 3, 255, 0, 7]), Buffer.alloc(0), Buffer.from('{"half":')]) {
      writeFileSync(nonsense, bytes)
      const finished = await home.call(['import', nonsense, '--yes'])
      expect(finished).toMatchObject({ code: 1, stdout: '' })
      expect(finished.stderr).toMatch(/^watchword: [^\n]+\n$/)
    }
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it.each(['aegis', 'uris', 'json', 'csv'])(
    'a plain %s export is for its owner only and comes back whole',
    async (format) => {
      const path = join(home.path, `plain-${format}`)
      expect((await home.call(['export', path, '--format', format, '--plain'])).code).toBe(2)
      expect(existsSync(path)).toBe(false)
      await home.run(['export', path, '--format', format, '--plain', '--yes'])
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect((await home.call(['export', path, '--format', format, '--plain', '--yes'])).code).toBe(1)
      expect(await comesBack(home, [path])).toMatchObject({ total: 2, duplicate: 2 })
    },
  )

  it('an Aegis export is encrypted under a password unless told otherwise', async () => {
    const path = join(home.path, 'encrypted.aegis')
    const password = join(home.path, 'password')
    writeFileSync(password, 'correct horse\n')
    await home.run(['export', path, '--password-file', password])
    expect(readFileSync(path, 'utf8')).not.toContain(secret)
    expect(await comesBack(home, [path, '--password-file', password])).toMatchObject({ total: 2, duplicate: 2 })
    writeFileSync(password, 'battery staple\n')
    const wrong = await home.call(['import', path, '--password-file', password, '--dry-run'])
    expect(wrong.stderr).toContain('The password does not open this Aegis file')
    expect((await home.call(['export', join(home.path, 'none'), '--format', 'aegis'])).code).toBe(2)
  })

  it('a list of URIs is encrypted to the recipients unless told otherwise', async () => {
    const path = join(home.path, 'backup.gpg')
    await home.run(['export', path, '--format', 'uris'])
    expect(home.gpg('--decrypt', path).trimEnd().split('\n')).toHaveLength(2)
    expect(await comesBack(home, [path])).toMatchObject({ total: 2, duplicate: 2 })
  })

  it('Google’s QR codes are read by another decoder, and by the import in any order', async () => {
    for (let number = 0; number < 12; number++) {
      await home.run(['add', `many-${number}`, '--secret', '-', '--issuer', 'Many'], {
        input: `${secret}${'ABCDEFGHIJKL'.charAt(number)}A`,
      })
    }
    const path = join(home.path, 'google.png')
    expect((await home.call(['export', path, '--format', 'google'])).code).toBe(1)
    await home.run(['export', path, '--format', 'google', '--plain', '--yes'])
    const pictures = readdirSync(home.path)
      .filter((name) => name.startsWith('google-'))
      .map((name) => join(home.path, name))
    expect(pictures).toHaveLength(2)
    for (const picture of pictures) expect(secondOpinion(picture)).toMatch(/^otpauth-migration:\/\/offline\?data=/)
    expect(await comesBack(home, pictures.toReversed())).toMatchObject({ total: 14, duplicate: 14 })
    for (let number = 0; number < 12; number++) await home.run(['rm', `many-${number}`, '--yes'])
  })

  it('a store of pass is written and taken over', async () => {
    const folder = join(home.path, 'pass-store')
    await home.run(['export', folder, '--format', 'pass'])
    expect(readFileSync(join(folder, '.gpg-id'), 'utf8')).toMatch(/^[0-9A-F]{40}\n$/)
    expect(home.gpg('--decrypt', join(folder, 'GitHub', 'alice.gpg'))).toContain('otpauth://totp/GitHub:alice')
    expect(await comesBack(home, [folder])).toMatchObject({ total: 2, duplicate: 2 })
  })
})

it('a plan keeps every account it is not told to replace', () => {
  const account = (name: string, byte: number): OtpAccount =>
    completeAccount({ name, secret: new Uint8Array(20).fill(byte) })
  const report = (entries: OtpAccount[]): ImportReport => ({
    format: 'x',
    app: 'X',
    total: entries.length,
    entries,
    failures: [],
    skipped: [],
    warnings: [],
    entryRemarks: [],
    fileRemarks: [],
  })
  const known = [account('a', 1)]
  const plan = planReports([report([account('a', 2), account('b', 3), account('a', 1), account('b', 4)])], known, false)
  expect(plan.summary).toEqual({ total: 4, new: 2, duplicate: 1, changed: 1, refused: 0, skipped: 0 })
  expect(plan.accounts).toHaveLength(4)
  expect(plan.accounts[0]).toBe(known[0])
})

it('a progress bar never shows the end before the end', () => {
  expect(progressBar(0)).toContain('[                    ]')
  expect(progressBar(0.5)).toContain('[##########          ]')
  expect(progressBar(7)).toContain('[################### ]')
})

async function comesBack(home: AgentHome, args: readonly string[]): Promise<unknown> {
  return JSON.parse((await home.call(['import', ...args, '--dry-run', '--json'])).stdout)
}

function secondOpinion(path: string): string | undefined {
  const { data, width, height } = PNG.sync.read(readFileSync(path))
  return jsQr.default(new Uint8ClampedArray(data), width, height)?.data
}
