import { decodeQrCodes } from '../../qr/decode.ts'
import { isImage } from '../../qr/image-header.ts'
import { type ImportFormat, notPossible } from '../format.ts'
import { addUris } from './uri-list.ts'

/** A picture of one or several QR codes. */
export const qrImage: ImportFormat = {
  id: 'qr-image',
  app: 'QR code',
  recognise: (file) => (isImage(file.bytes) ? 'nothing' : null),
  async read(file, { report }) {
    const texts = await decodeQrCodes(file.bytes)
    if (texts.length === 0) throw notPossible('picture', 'no QR code is found in it. Crop it to the code and try again')
    addUris(
      texts.map((uri, index) => ({ name: `QR code ${index + 1}`, uri })),
      report,
    )
  },
}
