import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const uri = `otpauth://totp/Shop:ann?secret=${secret}&issuer=Shop&digits=8`

describeWith(['gpg', 'pass', 'oathtool'], 'pass itself', () => {
  let home: AgentHome
  let store: string

  beforeAll(async () => {
    home = makeAgentHome()
    store = join(home.path, 'password-store')
    await home.run(['agent', 'init'])
    pass(['init', 'me@local'])
    pass(['insert', '--multiline', 'shops/ann'], `a password\n${uri}\nurl: https://shop.example\n`)
    pass(['insert', '--multiline', 'mail/bob'], `otpauth://totp/bob?secret=${secret}\n`)
    pass(['insert', '--multiline', 'bank'], 'only a password\n')
  })
  afterAll(() => home.remove())

  function pass(args: string[], input = '', folder = store): string {
    const env = { ...home.env, PASSWORD_STORE_DIR: folder }
    return execFileSync('pass', args, { env, input, stdio: ['pipe', 'pipe', 'ignore'] }).toString()
  }

  it('its store is taken over: accounts by path, other entries counted, nothing changed in it', async () => {
    const before = readFileSync(join(store, 'shops', 'ann.gpg'))
    const told = JSON.parse(await home.run(['import', store, '--yes', '--json'])) as object
    expect(told).toMatchObject({ imported: true, total: 3, new: 2, refused: 0, skipped: 1 })
    expect(await home.run(['list'])).toBe('bob\nShop:ann\n')
    const at = '2026-01-02T03:04:05Z'
    const oathtool = execFileSync('oathtool', ['--totp', '-b', '-d8', '-N', at, '-'], { input: secret }).toString()
    expect(await home.run(['get', 'Shop:ann', '--at', at])).toBe(oathtool)
    expect(readFileSync(join(store, 'shops', 'ann.gpg')).equals(before)).toBe(true)
  })

  it('shows what we export for it', async () => {
    const folder = join(home.path, 'exported')
    await home.run(['export', folder, '--format', 'pass'])
    expect(pass(['ls'], '', folder)).toMatch(/Shop[^]*ann/)
    expect(pass(['show', 'Shop/ann'], '', folder)).toMatch(
      /^otpauth:\/\/totp\/Shop:ann\?secret=GEZDGNBV[^\n]*digits=8[^\n]*\n$/,
    )
    pass(['insert', '--multiline', 'Shop/another'], 'x\n', folder)
    expect(pass(['show', 'Shop/another'], '', folder)).toBe('x\n')
  })
})
