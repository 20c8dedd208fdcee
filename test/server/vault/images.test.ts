import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { drawQrPng } from '../../../src/qr/draw.ts'
import { qrMatrix } from '../../../src/qr/matrix.ts'
import { gifOfModules, jpegOfModules } from '../../qr/other-pictures.ts'
import { forgedPng, sideBySide } from '../../qr/pictures.ts'
import { engines } from '../../support/engines.ts'
import { openTestVault, serveVault } from '../../support/vault.ts'

const [sqlite] = engines
if (sqlite === undefined) throw new Error('no engine')

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const otherBase32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const uri = `otpauth://totp/AWS:root?secret=${secretBase32}&issuer=AWS`
const other = `otpauth://totp/Bank:eva?secret=${otherBase32}&issuer=Bank`

function modulesOf(text: string): boolean[][] {
  const { size, isDark } = qrMatrix(text, 'M')
  return Array.from({ length: size + 8 }, (_, y) => Array.from({ length: size + 8 }, (_2, x) => isDark(x - 4, y - 4)))
}

const setUp = async () => {
  const test = await openTestVault(sqlite)
  const eva = await test.person('eva', { mayAddAccounts: true })
  const app = await serveVault(test, { eva })
  const ask = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await app.inject({
      method,
      url,
      headers: { 'x-test-actor': 'eva' },
      ...(payload === undefined ? {} : { payload }),
    })
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
  }
  const show = (image: Uint8Array, fileName: string) =>
    ask('POST', '/v1/accounts/candidates', { contentBase64: Buffer.from(image).toString('base64'), fileName })
  return { ...test, ask, show }
}

describe('accounts from pictures', () => {
  it.each([
    ['PNG', drawQrPng(uri)],
    ['GIF', gifOfModules(modulesOf(uri))],
    ['JPEG', jpegOfModules(modulesOf(uri))],
  ])('are read from a %s, with the code to compare, and added by choice', async (kind, image) => {
    const { ask, show, clock } = await setUp()
    const { status, body } = await show(image, `shot.${kind.toLowerCase()}`)
    const code = totp(decodeBase32(secretBase32), clock.nowMs())
    expect([status, body['candidates']]).toMatchObject([
      200,
      [{ issuer: 'AWS', name: 'root', result: 'new', firstCode: code }],
    ])
    expect((await ask('GET', '/v1/accounts')).body).toMatchObject({ items: [] })
    await ask('POST', `/v1/accounts/candidates/${String(body['batch'])}`, { refs: ['0'] })
    expect((await ask('GET', '/v1/accounts')).body).toMatchObject({ items: [{ issuer: 'AWS' }] })
  })

  it('can be chosen for a quarter of an hour', async () => {
    const { ask, show, clock } = await setUp()
    const { body } = await show(drawQrPng(uri), 'shot.png')
    clock.advance(15 * 60_000)
    const late = await ask('POST', `/v1/accounts/candidates/${String(body['batch'])}`, { refs: ['0'] })
    expect(late.body).toMatchObject({ code: 'candidate_batch_unknown' })
    expect((await ask('GET', '/v1/accounts')).body).toMatchObject({ items: [] })
  })

  it('are all found in one screenshot, and a code for something else is refused with what it was', async () => {
    const { show } = await setUp()
    const wifi = 'WIFI:T:WPA;S:office;P:not a code;;'
    const image = sideBySide([drawQrPng(uri), drawQrPng(other), drawQrPng(wifi), drawQrPng('https://example.com/')])
    const { body } = await show(image, 'screen.png')
    const candidates = body['candidates'] as {
      issuer: string
      name: string
      result: string
      reason?: { message: string }
    }[]
    const isNew = ({ result }: { result: string }) => result === 'new'
    expect(
      candidates
        .filter(isNew)
        .map(({ issuer }) => issuer)
        .toSorted(),
    ).toEqual(['AWS', 'Bank'])
    const refused = candidates.filter((candidate) => !isNew(candidate)).map(({ reason }) => reason?.message ?? '')
    expect(refused.toSorted()).toEqual([
      'This QR code holds a web address, not a one-time password.',
      'This QR code holds the login of a Wi-Fi network, not a one-time password.',
    ])
    expect(JSON.stringify(body)).not.toContain('not a code')
  })

  it.each([
    ['a PDF named .png', Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj\n'), 'shot.png', /PDF document/],
    ['a picture of 50 megapixels', forgedPng(10_000, 5_000, Buffer.alloc(0)), 'shot.png', /has 50 megapixels/],
    ['a picture that is cut off', Buffer.from(drawQrPng(uri)).subarray(0, 200), 'shot.png', /damaged/],
    ['a picture without a code', PNG.sync.write(new PNG({ width: 64, height: 64 })), 'shot.png', /no QR code is found/],
  ])('end with one clear sentence for %s, and store nothing', async (_what, image, fileName, sentence) => {
    const { ask, show, core } = await setUp()
    const { status, body } = await show(image, fileName)
    expect([status >= 400 && status < 500, body['title']]).toEqual([true, expect.stringMatching(sentence)])
    expect((await ask('GET', '/v1/accounts')).body).toMatchObject({ items: [] })
    expect(await core.storage.db.selectFrom('import_job').selectAll().execute()).toEqual([])
  })
})
