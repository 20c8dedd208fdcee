import { Failure } from '../../errors/failure.ts'
import { decodeQrCodes } from '../../qr/decode.ts'
import { isImage } from '../../qr/image-header.ts'
import { nameQrContent } from '../../qr/name-content.ts'
import { type ImportFormat, notPossible } from '../format.ts'
import { addUris, isOneTimeUri } from './uri-list.ts'

/** A picture of one or several QR codes; those that hold no one-time password are refused with what they hold. */
export const qrImage: ImportFormat = {
  id: 'qr-image',
  app: 'QR code',
  recognise: (file) => (isImage(file.bytes) ? 'nothing' : null),
  async read(file, { report }) {
    const texts = await decodeQrCodes(file.bytes)
    if (texts.length === 0) throw notPossible('picture', 'no QR code is found in it. Crop it to the code and try again')
    const codes = texts.map((uri, index) => ({ name: `QR code ${index + 1}`, uri }))
    for (const { name, uri } of codes.filter((code) => !isOneTimeUri(code.uri))) {
      report.refuse(name, new Failure('import_qr_of_other_kind', { detail: { what: nameQrContent(uri) } }))
    }
    addUris(
      codes.filter(({ uri }) => isOneTimeUri(uri)),
      report,
    )
  },
}
