import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** One store, started again and again with a secret in its file, or with none. */
function place() {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-code-only-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'totp_secret')
  return async (base32: string | null) => {
    if (base32 !== null) writeFileSync(file, base32)
    const variables = base32 === null ? {} : { WATCHWORD_GATE_TOTP_SECRET_FILE: file }
    return openGateHouse({ folder, variables })
  }
}

async function logIn(house: Awaited<ReturnType<typeof openGateHouse>>): Promise<string> {
  const browser = new PlainBrowser(house.port)
  const token = totp(decodeBase32(secret), house.nowMs())
  expect((await browser.logIn({ token, remember: '1' }, { headers: origin })).status).toBe(302)
  return browser.cookies.get('watchword') ?? ''
}

/** What the check says of a session after each start. */
async function statusAfter(start: ReturnType<typeof place>, base32: string | null, session: string): Promise<number> {
  const house = await start(base32)
  const headers = { cookie: `watchword=${session}` }
  const { status } = await exchange(house.port, '/auth/check', { headers })
  await house.close()
  return status
}

it.each([
  ['another secret', 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'],
  ['the end of the code-only mode', null],
])('%s ends what the old secret opened, and a restart alone does not', async (_name, after) => {
  const start = place()
  const first = await start(secret)
  const session = await logIn(first)
  await first.close()
  expect(await statusAfter(start, secret, session)).toBe(200)
  expect(await statusAfter(start, after, session)).toBe(401)
  expect(await statusAfter(start, secret, session)).toBe(401)
})

it('a secret that can be guessed is refused, and a short one told of', async () => {
  const start = place()
  await expect(start('AAAA')).rejects.toThrow(/80 are the least/)
  const house = await start(secret.slice(0, 16))
  expect(JSON.stringify(house.logLines)).toContain('is short')
  await house.close()
})
