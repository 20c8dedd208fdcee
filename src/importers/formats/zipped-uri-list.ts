import { isZipEncrypted, unzip } from '../containers/zip.ts'
import { decodeText } from '../decode-text.ts'
import { damaged, type ImportFormat } from '../format.ts'
import { addUriLines } from './uri-list.ts'

const app = 'WinAuth or Authenticator Plus'
const isList = (name: string): boolean => /\.txt$/i.test(name)

/** A zip with lists of URIs in it, as WinAuth and Authenticator Plus write them, with or without a password. */
export const zippedUriList: ImportFormat = {
  id: 'zipped-uri-list',
  app,
  recognise(file) {
    if (!file.zipNames.some(isList)) return null
    return isZipEncrypted(file.bytes) ? 'password' : 'nothing'
  },
  async read(file, { password, report }) {
    for (const { name, bytes } of await unzip(app, file.bytes, password, isList)) {
      const text = decodeText(bytes)
      if (text === null) throw damaged(app, `${name.endsWith('Accounts.txt') ? 'Accounts.txt' : 'its list'} is no text`)
      addUriLines(text, report)
    }
  },
}
