import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What a passkey in memory does otherwise than it should. */
export interface Oddity {
  /** The page the browser says it is on. */
  readonly origin?: string
  /** The site the passkey answers for. */
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly counter?: number
  /** False where nobody touched it. */
  readonly isPresent?: boolean
  /** False where nobody gave a PIN or finger. */
  readonly isVerified?: boolean
  /** The passkey the answer names, where it is not this one. */
  readonly id?: string
  readonly signature?: Uint8Array
}

const origin = 'http://localhost:8000'

/** A passkey of ES256 in memory, and the answers a browser gives with it (WebAuthn level 3, sections 5 and 6). */
export class MemoryPasskey {
  readonly id = randomBytes(16).toString('base64url')
  counter = 0
  readonly #keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  /** The answer to the options of a registration. */
  create(options: unknown, odd: Oddity = {}): Record<string, unknown> {
    const id = Buffer.from(this.id, 'base64url')
    const attested = Buffer.concat([Buffer.alloc(16), twoBytes(id.length), id, this.#coseKey()])
    const attestation = cborMap([
      [cborText('fmt'), cborText('none')],
      [cborText('attStmt'), cborMap([])],
      [cborText('authData'), cborBytes(Buffer.concat([this.#authenticatorData(0x40, odd), attested]))],
    ])
    const client = clientData('webauthn.create', options, odd)
    const attestationObject = attestation.toString('base64url')
    return this.#answer(
      { clientDataJSON: client.toString('base64url'), attestationObject, transports: ['internal'] },
      odd,
    )
  }

  /** The answer to the options of a proof; each counts one up. */
  get(options: unknown, odd: Oddity = {}): Record<string, unknown> {
    this.counter += 1
    const data = this.#authenticatorData(0, odd)
    const client = clientData('webauthn.get', options, odd)
    const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
    const signature = odd.signature ?? sign('sha256', signed, this.#keys.privateKey)
    return this.#answer(
      {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: Buffer.from(signature).toString('base64url'),
      },
      odd,
    )
  }

  #answer(response: Record<string, unknown>, { id = this.id }: Oddity): Record<string, unknown> {
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
  }

  #authenticatorData(more: number, { rpId, counter, isPresent, isVerified }: Oddity): Buffer {
    const flags = (isPresent === false ? 0 : 1) + (isVerified === false ? 0 : 4) + more
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter ?? this.counter)
    const site = createHash('sha256')
      .update(rpId ?? new URL(origin).hostname)
      .digest()
    return Buffer.concat([site, Buffer.from([flags]), count])
  }

  // RFC 9052 section 7: key type 2, algorithm -7, curve 1, x and y; a negative n stands as -1 - n.
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#keys.publicKey.export({ format: 'jwk' })
    return cborMap([
      [Buffer.from([0x01]), Buffer.from([0x02])],
      [Buffer.from([0x03]), Buffer.from([0x26])],
      [Buffer.from([0x20]), Buffer.from([0x01])],
      [Buffer.from([0x21]), cborBytes(Buffer.from(x, 'base64url'))],
      [Buffer.from([0x22]), cborBytes(Buffer.from(y, 'base64url'))],
    ])
  }
}

function clientData(type: string, options: unknown, odd: Oddity): Buffer {
  const { challenge } = options as { challenge: string }
  const data = { type: odd.type ?? type, challenge: odd.challenge ?? challenge, origin: odd.origin ?? origin }
  return Buffer.from(JSON.stringify({ ...data, crossOrigin: false }))
}

function twoBytes(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff])
}

function cborText(text: string): Buffer {
  return Buffer.from([0x60 + text.length, ...Buffer.from(text)])
}

// Always as short as it goes (RFC 8949 section 4.2.1): here from 24 to 255 bytes.
function cborBytes(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x58, bytes.length]), bytes])
}

function cborMap(pairs: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([Buffer.from([0xa0 + pairs.length]), ...pairs.flat()])
}
