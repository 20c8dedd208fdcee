import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { detectFormat, importFile } from '../../src/importers/import-file.ts'
import { hmac, random, sealCbc } from './writers/sealing.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const secret = '12345678901234567890'
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
const totpName = 'urn:ietf:params:xml:ns:keyprov:pskc:totp'
const namespaces = [
  'xmlns="urn:ietf:params:xml:ns:keyprov:pskc"',
  'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"',
  'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"',
  'xmlns:xenc11="http://www.w3.org/2009/xmlenc11#"',
  'xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"',
].join(' ')

interface KeyParts {
  readonly serial?: string
  readonly algorithm?: string
  readonly parameters?: string
  readonly data?: string
  readonly more?: string
}

function container(body: string, version = '1.0'): Uint8Array {
  return text(`<?xml version="1.0"?>\n<KeyContainer Version="${version}" ${namespaces}>${body}</KeyContainer>`)
}

function key({
  serial = '987654321',
  algorithm = totpName,
  parameters = '<ResponseFormat Length="8" Encoding="DECIMAL"/>',
  data,
  more = '',
}: KeyParts = {}): string {
  const values =
    data ??
    `<Secret><PlainValue>${base64(secret)}</PlainValue></Secret><TimeInterval><PlainValue>60</PlainValue></TimeInterval>`
  return [
    `<KeyPackage><DeviceInfo><Manufacturer>Maker</Manufacturer><SerialNo>${serial}</SerialNo></DeviceInfo>`,
    `<Key Id="id-${serial}" Algorithm="${algorithm}"><Issuer>ACME</Issuer><AlgorithmParameters>${parameters}</AlgorithmParameters>`,
    `<Data>${values}</Data>${more}</Key></KeyPackage>`,
  ].join('')
}

function encrypted(algorithm: string, value: string): string {
  return `<EncryptedValue><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#${algorithm}"/><xenc:CipherData><xenc:CipherValue>${value}</xenc:CipherValue></xenc:CipherData></EncryptedValue>`
}

const macMethod = (macKey: string): string =>
  `<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey><xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><xenc:CipherData><xenc:CipherValue>${macKey}</xenc:CipherValue></xenc:CipherData></MACKey></MACMethod>`

describe('PSKC in clear', () => {
  it('reads digits, period, identity and labels', async () => {
    const report = await importFile(container(key()))
    expect(report.format).toBe('pskc')
    expect(report.entries).toMatchObject([
      {
        type: 'totp',
        digits: 8,
        periodSeconds: 60,
        algorithm: 'SHA1',
        issuer: 'ACME',
        name: '987654321',
        note: 'Maker',
      },
    ])
    expect(Buffer.from(report.entries[0]?.secret ?? [])).toEqual(Buffer.from(secret))
  })

  it('names the account by its user, and never guesses the hash from the length', async () => {
    const long = `<Secret><PlainValue>${base64('x'.repeat(64))}</PlainValue></Secret>`
    const report = await importFile(container(key({ data: long, more: '<UserId>ann</UserId>' })))
    expect(report.entries).toMatchObject([{ name: 'ann', algorithm: 'SHA1', otherParameters: { serial: '987654321' } }])
  })

  it.each([
    ['<Suite>HMAC-SHA256</Suite>', 'SHA256'],
    ['<Suite>sha512</Suite>', 'SHA512'],
    ['<Suite hashalgo="sha256"/>', 'SHA256'],
  ])('reads the hash from %s', async (parameters, algorithm) => {
    expect((await importFile(container(key({ parameters })))).entries[0]?.algorithm).toBe(algorithm)
  })

  it('takes names in lower case, without declaration and with prefixes', async () => {
    const lower = `<pskc:keycontainer xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc" version="1.0"><pskc:keypackage><pskc:key id="a" algorithm="${totpName}"><pskc:data><pskc:secret><pskc:plainvalue>${base64(secret)}</pskc:plainvalue></pskc:secret></pskc:data></pskc:key></pskc:keypackage></pskc:keycontainer>`
    expect(detectFormat(text(lower)).format).toBe('pskc')
    expect((await importFile(text(lower))).entries).toMatchObject([{ name: 'a', digits: 6 }])
  })

  it('reads HOTP with its next counter', async () => {
    const data = `<Secret><PlainValue>${base64(secret)}</PlainValue></Secret><Counter><PlainValue>42</PlainValue></Counter>`
    const report = await importFile(container(key({ algorithm: totpName.replace('totp', 'HOTP'), data })))
    expect(report.entries).toMatchObject([{ type: 'hotp', counter: 42 }])
  })

  it.each<[string, KeyParts, RegExp]>([
    ['OCRA', { algorithm: 'urn:ietf:params:xml:ns:keyprov:pskc:ocra' }, /OCRA accounts/],
    ['a PIN', { algorithm: 'urn:ietf:params:xml:ns:keyprov:pskc:pin' }, /PIN accounts/],
    ['hexadecimal codes', { parameters: '<ResponseFormat Length="8" Encoding="HEXADECIMAL"/>' }, /not decimal/],
    [
      'check digits',
      { parameters: '<ResponseFormat Length="8" Encoding="DECIMAL" CheckDigits="true"/>' },
      /check digit/,
    ],
    ['a key by reference', { data: '' }, /no secret/],
    [
      'another start of time',
      { data: `<Secret><PlainValue>${base64(secret)}</PlainValue></Secret><Time><PlainValue>5</PlainValue></Time>` },
      /another start/,
    ],
  ])('refuses %s and keeps the others', async (_what, parts, reason) => {
    const report = await importFile(container(key(parts) + key({ serial: '2' })))
    expect(report.failures).toMatchObject([{ index: 0, name: '987654321', reason: expect.stringMatching(reason) }])
    expect(report.entries).toHaveLength(1)
  })

  it('leaves out keys whose policy is not for one-time passwords, and tells of dates and PINs', async () => {
    const forOther = key({ more: '<Policy><KeyUsage>CR</KeyUsage></Policy>' })
    const limited = key({
      more: '<Policy><StartDate>2020-01-01T00:00:00Z</StartDate><KeyUsage>OTP</KeyUsage><PINPolicy/></Policy>',
    })
    const report = await importFile(container(forOther + limited))
    expect([report.entries.length, report.skipped.length, report.total]).toEqual([1, 1, 2])
    expect(report.warnings.join('\n')).toMatch(/from 2020-01-01T00:00:00Z on[^]*PIN policy/)
  })

  it.each([
    ['a newer version', container(key(), '2.0'), 'import_version_unknown'],
    ['an older draft', text('<?xml version="1.0"?><SecretContainer version="1"/>'), 'import_not_possible'],
    [
      'a document type',
      text(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><KeyContainer>&b;</KeyContainer>`),
      'import_not_possible',
    ],
    ['a certificate', container(`<EncryptionKey><ds:X509Data/></EncryptionKey>${key()}`), 'import_not_possible'],
  ])('refuses %s', async (_what, bytes, code) => {
    await expect(importFile(bytes, { password: 'x' })).rejects.toThrow(expect.objectContaining({ code }))
  })
})

/** The published values of RFC 6030 figure 6. */
function figure6(valueMac = 'Su+NvtQfmvfJzF6bmQiJqoLRExc='): string {
  const sealed = encrypted('aes128-cbc', 'AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv')
  return key({
    data: `<Secret>${sealed}<ValueMAC>${valueMac}</ValueMAC></Secret>`,
    algorithm: totpName.replace('totp', 'hotp'),
  })
}
const figure6Head = `<EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>${macMethod('ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX')}`
const figure6Key = '12345678901234567890123456789012'

/** The published values of RFC 6030 figure 7, whose sample leaves the prefix of Salt away. */
const figure7 = container(
  [
    '<EncryptionKey><xenc11:DerivedKey><xenc11:KeyDerivationMethod Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2">',
    '<pkcs5:PBKDF2-params><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt><IterationCount>1000</IterationCount><KeyLength>16</KeyLength><PRF/></pkcs5:PBKDF2-params>',
    '</xenc11:KeyDerivationMethod></xenc11:DerivedKey></EncryptionKey>',
    macMethod('2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx'),
    key({
      data: `<Secret>${encrypted('aes128-cbc', 'oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f')}<ValueMAC>LP6xMvjtypbfT9PdkJhBZ+D6O4w=</ValueMAC></Secret>`,
    }),
  ].join(''),
)

describe('PSKC encrypted', () => {
  it.each([
    ['a pre-shared key', container(figure6Head + figure6()), figure6Key],
    [
      'the same key with blanks and 0x',
      container(figure6Head + figure6()),
      `0x${figure6Key.replace(/(.{4})/g, '$1 ')}`,
    ],
    ['a password', figure7, 'qwerty'],
  ])('opens the values of RFC 6030 with %s', async (_what, bytes, password) => {
    expect(detectFormat(bytes)).toEqual({ format: 'pskc', app: 'PSKC', requirement: 'password' })
    const report = await importFile(bytes, { password })
    expect(report.entries.map((entry) => Buffer.from(entry.secret).toString())).toEqual([secret])
  })

  it.each([
    ['a wrong key', container(figure6Head + figure6()), '00'.repeat(16)],
    ['no key at all', container(figure6Head + figure6()), 'not hexadecimal'],
    ['a wrong password', figure7, 'wrong'],
  ])('says that %s does not fit', async (_what, bytes, password) => {
    await expect(importFile(bytes, { password })).rejects.toThrow(
      expect.objectContaining({ code: 'import_password_wrong' }),
    )
  })

  it('refuses only the key that was altered', async () => {
    const altered = figure6('AAAAvtQfmvfJzF6bmQiJqoLRExc=')
    const report = await importFile(container(figure6Head + altered + figure6()), { password: figure6Key })
    expect([report.entries.length, report.failures.length]).toEqual([1, 1])
    expect(report.failures[0]?.reason).toMatch(/altered/)
  })

  it.each([
    ['aes192-cbc', 24],
    ['aes256-cbc', 32],
    ['kw-aes128', 16],
    ['kw-aes256', 32],
  ])('opens %s, numbers too', async (algorithm, keyBytes) => {
    const [contentKey, isWrap] = [random(keyBytes), algorithm.startsWith('kw-')]
    const seal = (plain: Buffer): string => base64(isWrap ? wrap(contentKey, plain) : cbc(contentKey, plain))
    const wrapped = isWrap ? Buffer.from(`${secret}1234`) : Buffer.from(secret)
    const values = [`<Secret>${encrypted(algorithm, seal(wrapped))}</Secret>`]
    // Key wrapping takes whole blocks only, too many for a number.
    if (!isWrap) values.push(`<TimeInterval>${encrypted(algorithm, seal(Buffer.of(0x1e)))}</TimeInterval>`)
    const head = '<EncryptionKey><ds:KeyName>k</ds:KeyName></EncryptionKey>'
    const report = await importFile(container(head + key({ data: values.join('') })), {
      password: contentKey.toString('hex'),
    })
    expect(report.entries.map((entry) => Buffer.from(entry.secret))).toEqual([wrapped])
    expect(report.entries[0]?.periodSeconds).toBe(30)
    expect(report.warnings).toContainEqual(expect.stringMatching(/no check of its values/))
  })

  it('takes a MAC over the plaintext, as old writers put it', async () => {
    const contentKey = random(16)
    const mac = base64(hmac('sha1', contentKey, secret))
    const data = `<Secret>${encrypted('aes128-cbc', base64(cbc(contentKey, Buffer.from(secret))))}<ValueMAC>${mac}</ValueMAC></Secret>`
    const head =
      '<EncryptionKey><ds:KeyName>k</ds:KeyName></EncryptionKey><MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>'
    const report = await importFile(container(head + key({ data })), { password: contentKey.toString('hex') })
    expect(report.entries).toHaveLength(1)
  })

  it('refuses a derivation that would take for ever', async () => {
    const costly = text(new TextDecoder().decode(figure7).replace('>1000<', '>10000001<'))
    await expect(importFile(costly, { password: 'qwerty' })).rejects.toThrow(
      expect.objectContaining({ code: 'import_key_too_costly' }),
    )
  })
})

function cbc(contentKey: Uint8Array, plain: Uint8Array): Uint8Array {
  const iv = random(16)
  return Buffer.concat([iv, sealCbc(contentKey, iv, plain)])
}

function wrap(contentKey: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(
    `id-aes${contentKey.length * 8}-wrap`,
    contentKey,
    Buffer.from('a6a6a6a6a6a6a6a6', 'hex'),
  )
  return Buffer.concat([cipher.update(plain), cipher.final()])
}
