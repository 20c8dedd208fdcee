import { readFile } from 'node:fs/promises'
import { prepareZXingModule, readBarcodes, type ReaderOptions, type ReadResult } from 'zxing-wasm/reader'
import { Failure } from '../errors/failure.ts'
import { checkImage, type ImageHeader, type ImageLimits } from './image-header.ts'
import { decodePng, hasTransparency, layOnPage, type Pixels } from './pixels.ts'
import { shippedFile } from './shipped-file.ts'

const options: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 64,
}

/**
 * The texts of all QR codes in a picture, read in this thread; empty when there is none.
 *
 * Size and kind are settled from the header before anything is decoded. Transparent pictures are
 * read as they show on a white page, then on a black one.
 *
 * @throws {@link Failure} `qr_not_an_image`, `qr_file_too_large`, `qr_image_too_large`, `qr_image_damaged`
 */
export async function decodeQrCodes(image: Uint8Array, limits: ImageLimits = {}): Promise<string[]> {
  const header = checkImage(image, limits)
  await prepareReader()
  const results = header.kind === 'png' ? await readPng(image, header) : await readOther(image)
  return [...new Set(results.filter((result) => result.isValid).map(textOf))]
}

async function readPng(image: Uint8Array, header: ImageHeader): Promise<ReadResult[]> {
  const pixels = decodePng(image, header)
  if (!hasTransparency(pixels)) return readPixels(pixels)
  const onWhite = await readPixels(layOnPage(pixels, 255))
  return onWhite.length > 0 ? onWhite : readPixels(layOnPage(pixels, 0))
}

function readPixels({ width, height, data }: Pixels): Promise<ReadResult[]> {
  return readBarcodes({ width, height, data, colorSpace: 'srgb' }, options)
}

async function readOther(image: Uint8Array): Promise<ReadResult[]> {
  try {
    return await readBarcodes(image, options)
  } catch (cause) {
    throw new Failure('qr_image_damaged', { cause })
  }
}

/** Without an ECI the bytes are UTF-8 in practice, whatever the standard's default says. */
function textOf(result: ReadResult): string {
  if (result.hasECI) return result.text
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(result.bytes)
  } catch {
    return result.text
  }
}

/** The decoder's code comes from our own installation; its library would otherwise fetch it from a foreign host. */
async function prepareReader(): Promise<void> {
  const inPackage = (): string => import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')
  const bytes = await readFile(shippedFile(import.meta.url, inPackage, 'assets/zxing_reader.wasm'))
  const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  await prepareZXingModule({ overrides: { wasmBinary }, equalityFn: () => true, fireImmediately: true })
}
