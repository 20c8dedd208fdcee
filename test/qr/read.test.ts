import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { isFailure } from '../../src/errors/failure.ts'
import { drawQrPng } from '../../src/qr/draw.ts'
import { decodeQrCodes } from '../../src/qr/decode.ts'
import { lane } from '../../src/qr/lane.ts'
import { readQrCodes } from '../../src/qr/read.ts'
import { qrMatrix } from '../../src/qr/matrix.ts'
import { gifOfModules, jpegOfModules } from './other-pictures.ts'
import { forgedPng, sideBySide } from './pictures.ts'

const text = 'otpauth://totp/Ärzte:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('decodeQrCodes', () => {
  it('reads UTF-8', async () => {
    expect(await decodeQrCodes(drawQrPng(text))).toEqual([text])
  })

  it('reads every code of a picture', async () => {
    const texts = ['one', 'two', 'three']
    const found = await decodeQrCodes(sideBySide(texts.map((each) => drawQrPng(each))))
    expect(found.toSorted()).toEqual(texts.toSorted())
  })

  it.each([
    ['GIF', gifOfModules],
    ['JPEG', jpegOfModules],
  ])('reads a %s', async (_kind, write) => {
    const { size, isDark } = qrMatrix(text, 'M')
    const rows = Array.from({ length: size + 8 }, (_, y) =>
      Array.from({ length: size + 8 }, (_2, x) => isDark(x - 4, y - 4)),
    )
    expect(await decodeQrCodes(write(rows))).toEqual([text])
  })

  it('reads light on dark', async () => {
    const inverse = drawQrPng(text, { foreground: [255, 255, 255, 255], background: [0, 0, 0, 255] })
    expect(await decodeQrCodes(inverse)).toEqual([text])
  })

  it.each([
    ['dark on a transparent page', 0],
    ['light on a transparent page', 255],
  ])('reads %s', async (_what, ink) => {
    const png = PNG.sync.read(Buffer.from(drawQrPng(text)))
    for (let at = 0; at < png.data.length; at += 4) {
      const isDark = png.data[at] === 0
      png.data.fill(isDark ? ink : 0, at, at + 3)
      png.data[at + 3] = isDark ? 255 : 0
    }
    expect(await decodeQrCodes(PNG.sync.write(png))).toEqual([text])
  })

  it('answers nothing for a picture without a code', async () => {
    const blank = PNG.sync.write(new PNG({ width: 64, height: 64 }))
    expect(await decodeQrCodes(blank)).toEqual([])
  })

  it.each([
    ['%PDF-1.7 …', 'a PDF document'],
    ['RIFF\u0010\u0000\u0000\u0000WEBPVP8 ', 'a WebP picture'],
    ['PK\u0003\u0004', 'a zip archive'],
    ['<svg xmlns=""></svg>', 'an SVG drawing'],
    ['hello, this is text', 'a text'],
    ['', 'an empty file'],
    ['\u0001\u0002\u0003', 'an unknown kind of file'],
  ])('calls %j by its name', async (bytes, what) => {
    await expect(decodeQrCodes(Buffer.from(bytes, 'latin1'))).rejects.toThrow(what)
  })

  it('T66 refuses a picture of 50 megapixels before decoding it', async () => {
    const large = forgedPng(10_000, 5_000, Buffer.alloc(0))
    await expect(readQrCodes(large)).rejects.toThrow('The picture has 50 megapixels')
    const jpeg = Buffer.from('ffd8ffe000040000ffc0001108138827100301', 'hex')
    await expect(readQrCodes(jpeg)).rejects.toThrow('The picture has 50 megapixels')
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from('ffffffff', 'hex')])
    await expect(readQrCodes(gif)).rejects.toThrow('megapixels')
  })

  it.each([false, true])(
    'T66 refuses data that unpack to more than the header says, interlaced %s',
    async (isInterlaced) => {
      const bomb = forgedPng(16, 16, Buffer.alloc(100_000_000), isInterlaced)
      await expect(decodeQrCodes(bomb)).rejects.toThrow(expect.objectContaining({ code: 'qr_image_damaged' }))
    },
  )

  it('T66 refuses a picture with a second header: the limits judged the first', async () => {
    const [small, large] = [drawQrPng('x', { sizePixels: 64 }), drawQrPng(text, { sizePixels: 400 })]
    const headerEnds = 8 + 12 + 13
    const both = Buffer.concat([small.subarray(0, headerEnds), large.subarray(8)])
    await expect(decodeQrCodes(large, { maxPixels: 5_000 })).rejects.toMatchObject({ code: 'qr_image_too_large' })
    await expect(decodeQrCodes(both, { maxPixels: 5_000 })).rejects.toMatchObject({ code: 'qr_image_damaged' })
  })

  it('refuses a file beyond the byte limit', async () => {
    const padded = Buffer.concat([drawQrPng(text), Buffer.alloc(10_000_000)])
    await expect(decodeQrCodes(padded)).rejects.toThrow('larger than 10 MB')
  })

  it('T66 ends with a failure of ours or a text for every truncated or altered picture', async () => {
    const whole = drawQrPng('x', { sizePixels: 64 })
    const outcomes: unknown[] = []
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(whole.subarray(0, round % 2 === 0 ? whole.length : (round * 7) % whole.length))
      const at = 8 + ((round * 31) % Math.max(1, bytes.length - 8))
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << (round % 8))
      outcomes.push(await decodeQrCodes(bytes).catch((thrown: unknown) => thrown))
    }
    expect(outcomes.filter((outcome) => !Array.isArray(outcome) && !isFailure(outcome))).toEqual([])
  })
})

describe('readQrCodes', () => {
  it('reads in a thread of its own', async () => {
    expect(await readQrCodes(drawQrPng(text))).toEqual([text])
  })

  it('gives the failures of its thread back', async () => {
    await expect(readQrCodes(forgedPng(16, 16, Buffer.alloc(3)))).rejects.toThrow(
      expect.objectContaining({ code: 'qr_image_damaged' }),
    )
  })

  it('stops a thread that takes too long, and reads the next picture', async () => {
    const image = drawQrPng(text)
    await expect(readQrCodes(image, { timeoutMs: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'qr_reader_too_slow' }),
    )
    expect(await readQrCodes(image)).toEqual([text])
  })

  it('refuses more than sixteen waiting jobs', async () => {
    const never = new URL(`data:text/javascript,${encodeURIComponent('setInterval(() => {}, 1000)')}`)
    const jobs = Array.from({ length: 17 }, () => lane.run(never, null, { timeoutMs: 20, maxHeapMb: 16 }))
    const codes = (await Promise.allSettled(jobs)).map((job) => (job.status === 'rejected' ? job.reason.code : 'done'))
    expect(codes.filter((code) => code === 'qr_reader_busy')).toHaveLength(1)
    expect(codes.filter((code) => code === 'qr_reader_too_slow')).toHaveLength(16)
  })

  it('outlives a thread that dies', async () => {
    const dying = new URL(`data:text/javascript,${encodeURIComponent('process.exit(1)')}`)
    await expect(lane.run(dying, null, { timeoutMs: 60_000, maxHeapMb: 16 })).rejects.toThrow(
      expect.objectContaining({ code: 'qr_reader_failed' }),
    )
  })
})
