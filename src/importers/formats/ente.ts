import { decodeText } from '../decode-text.ts'
import { assertVersion, damaged, type ImportFormat, wrongPassword } from '../format.ts'
import { JsonObject } from '../json-object.ts'
import { deriveArgon2 } from '../kdf.ts'
import { openSecretStream } from '../secret-stream.ts'
import { addUriLines } from './uri-list.ts'

const app = 'Ente Auth'

/** An encrypted export of Ente Auth; its plain one is a list of URIs. */
export const ente: ImportFormat = {
  id: 'ente',
  app,
  recognise(file) {
    const backup = JsonObject.from(file.json)
    return backup?.has('kdfParams') && backup.has('encryptedData') ? 'password' : null
  },
  async read(file, context) {
    const backup = JsonObject.expect(file.json)
    assertVersion(app, backup.number('version'), 1)
    const parameters = JsonObject.expect(backup.value('kdfParams'))
    const header = Buffer.from(backup.text('encryptionNonce'), 'base64')
    if (header.length !== 24) throw damaged(app, 'its encrypted part is not whole')
    const key = await deriveArgon2(app, context, Buffer.from(parameters.text('salt'), 'base64'), {
      memoryKib: Math.floor((parameters.number('memLimit') ?? 0) / 1024),
      passes: parameters.number('opsLimit') ?? 0,
      lanes: 1,
    })
    const plain = openSecretStream(key, header, Buffer.from(backup.text('encryptedData'), 'base64'))
    if (plain === null) throw wrongPassword(app)
    addUriLines(decodeText(plain) ?? '', context.report)
  },
}
