import { Failure } from '../../errors/failure.ts'
import { type ImportFormat, notPossible } from '../format.ts'
import type { ImportInput } from '../input.ts'

/** Anything encrypted with OpenPGP: an armoured text, or a packet that starts a message. */
export const openPgp: ImportFormat = {
  id: 'openpgp',
  app: 'OpenPGP',
  recognise: (file) => (/^\s*-----BEGIN PGP MESSAGE-----/.test(file.text ?? '') || startsMessage(file) ? 'gpg' : null),
  read() {
    throw new Failure('import_needs_gpg')
  },
}

/** privacyIDEA's own export format: a Fernet token that only privacyIDEA opens. */
export const privacyIdeaExport: ImportFormat = {
  id: 'privacyidea-export',
  app: 'privacyIDEA',
  recognise: (file) => (/^gAAAA[\w-]{60,}=*\s*$/.test(file.text ?? '') ? 'nothing' : null),
  read() {
    throw notPossible(
      'privacyIDEA',
      'only privacyIDEA opens its own format. Export there with --format pskc or --format csv',
    )
  },
}

/**
 * Whether the bytes start with a session key packet whose body has the right version.
 *
 * A set high bit alone proves nothing: other encrypted files start with random bytes.
 *
 * @see RFC 9580 sections 4.2, 5.1 and 5.3
 */
function startsMessage({ bytes }: ImportInput): boolean {
  const first = bytes[0] ?? 0
  if ((first & 0x80) === 0) return false
  const isNewFormat = (first & 0x40) !== 0
  const tag = isNewFormat ? first & 0x3f : (first >> 2) & 0x0f
  const lengthBytes = isNewFormat ? newLengthBytes(bytes[1] ?? 0) : ([1, 2, 4][first & 3] ?? 0)
  const version = bytes[1 + lengthBytes] ?? 0
  const isPublicKeySession = tag === 1 && (version === 3 || version === 6)
  const isPassphraseSession = tag === 3 && version >= 4 && version <= 6
  return lengthBytes > 0 && (isPublicKeySession || isPassphraseSession)
}

function newLengthBytes(first: number): number {
  if (first < 192) return 1
  if (first < 224) return 2
  return first === 255 ? 5 : 0
}
