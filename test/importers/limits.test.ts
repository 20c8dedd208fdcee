import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/importers/import-file.ts'
import { importFileInThread } from '../../src/importers/import-in-thread.ts'
import { serverArgonMemoryKib } from '../../src/importers/limits.ts'
import { formatAegisEncrypted } from '../../src/importers/export/aegis.ts'
import { formatUriList } from '../../src/importers/export/uri-list.ts'
import { preferences, zipOf } from './writers/containers.ts'
import { basic, every, json, password } from './writers/samples.ts'
import { sealedFiles } from './writers/sealed.ts'
import { fc } from '../support/property.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const failing = (code: string): unknown => expect.objectContaining({ name: 'Failure', code })

describe('T66 bombs end within limits', () => {
  it('of nested JSON', async () => {
    await expect(importFile(text('['.repeat(1_000_000)))).rejects.toThrow(failing('import_nested_too_deep') as Error)
    await expect(importFile(text(`{"a":`.repeat(100)))).rejects.toThrow(failing('import_nested_too_deep') as Error)
  })

  it('of nested XML', async () => {
    await expect(importFile(text(`<?xml version="1.0"?>${'<map>'.repeat(100_000)}`))).rejects.toThrow(
      failing('import_nested_too_deep') as Error,
    )
  })

  it.each([
    ['quotes', '"'],
    ['open tags', '<'],
    ['questions', 'otpauth://totp/?'],
    ['colons', 'a:'],
    ['backslashes', '["\\\\'],
    ['one long text', '["a'],
  ])('of a million %s', async (_what, piece) => {
    const starts = ['', '{', '<?xml version="1.0"?>', 'otpauth://totp/']
    for (const start of starts) {
      const bytes = text(start + piece.repeat(Math.floor(1_000_000 / piece.length)))
      const outcome: unknown = await importFile(bytes, { password: 'x' }).catch((thrown: unknown) => thrown)
      if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'Failure' })
      else expect(outcome).toMatchObject({ entries: [] })
    }
  })

  it('of XML entities', async () => {
    const laughs =
      '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><map><string name="x">&b;</string></map>'
    await expect(importFile(text(laughs))).rejects.toThrow(failing('import_not_possible') as Error)
  })

  it('of a zip that unpacks to more than it may', async () => {
    const bomb = await zipOf({ 'accounts.txt': '\n'.repeat(60_000_000) })
    expect(bomb.length).toBeLessThan(1_000_000)
    await expect(importFile(bomb)).rejects.toThrow(failing('import_unpacks_too_large') as Error)
  })

  it('of a zip whose directory lies about the size', async () => {
    const bomb = Buffer.from(await zipOf({ 'accounts.txt': '\n'.repeat(60_000_000) }))
    const entry = bomb.indexOf(Buffer.from('504b0102', 'hex'))
    bomb.writeUInt32LE(10, entry + 24)
    await expect(importFile(bomb)).rejects.toThrow(expect.objectContaining({ name: 'Failure' }))
  })

  it('of a file that is too large', async () => {
    await expect(importFile(new Uint8Array(10_000_001))).rejects.toThrow(failing('import_file_too_large') as Error)
  })

  it('of too many entries', async () => {
    const many = text('steam://JBSWY3DPEHPK3PXP\n'.repeat(10_001))
    await expect(importFile(many)).rejects.toThrow(failing('import_too_many_entries') as Error)
  })

  it.each([
    ['PBKDF2', { salt: 'AAAA', kdfType: 0, kdfIterations: 10_000_001 }],
    ['memory of Argon2', { salt: 'AAAA', kdfType: 1, kdfIterations: 1, kdfMemory: 2048, kdfParallelism: 1 }],
    ['passes of Argon2', { salt: 'AAAA', kdfType: 1, kdfIterations: 21, kdfMemory: 1, kdfParallelism: 1 }],
    ['lanes of Argon2', { salt: 'AAAA', kdfType: 1, kdfIterations: 1, kdfMemory: 1, kdfParallelism: 17 }],
  ])('of %s', async (_what, costs) => {
    const vault = json({
      encrypted: true,
      passwordProtected: true,
      data: '2.AA|AA|AA',
      encKeyValidation_DO_NOT_EDIT: '2.AA|AA|AA',
      ...costs,
    })
    await expect(importFile(vault, { password })).rejects.toThrow(failing('import_key_too_costly') as Error)
  })

  it('of scrypt', async () => {
    const vault = JSON.parse(await formatAegisEncrypted([basic], password)) as { header: { slots: { n: number }[] } }
    for (const slot of vault.header.slots) slot.n = 2 ** 24
    await expect(importFile(json(vault), { password })).rejects.toThrow(failing('import_key_too_costly') as Error)
  })

  it('of AES rounds in a KeePass header', async () => {
    const header = Buffer.concat([
      Buffer.from('03d9a29a67fb4bb500000400', 'hex'),
      Buffer.from([5, 1, 0, 0, 0, 0x52, 8, 0, 0, 0]),
      Buffer.alloc(8, 0x7f),
    ])
    await expect(importFile(header, { password })).rejects.toThrow(failing('import_key_too_costly') as Error)
  })

  it('of 1 GiB on a server, where the agent is named as the way in', async () => {
    const ente = json({
      version: 1,
      kdfParams: { memLimit: 2 ** 30, opsLimit: 4, salt: 'AAAAAAAAAAAAAAAAAAAAAA==' },
      encryptedData: 'AAAA',
      encryptionNonce: 'A'.repeat(32),
    })
    const attempt = importFile(ente, { password, maxArgonMemoryKib: serverArgonMemoryKib })
    await expect(attempt).rejects.toThrow('Import it with the agent')
  })
})

describe('T98 anything at all', () => {
  const starts = [
    'PK\x03\x04',
    'SQLite format 3\0',
    '\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5\x00\x00\x04\x00',
    '\xac\xed\x00\x05',
    'AUTHENTICATORPRO',
    'AuthenticatorPro',
    '\x89PNG\r\n\x1a\n',
    '\xff\xd8\xff',
    'GIF89a',
    "<?xml version='1.0'?><map>",
    '<KeyContainer Version="1.0">',
    'otpauth://',
    '-----BEGIN PGP MESSAGE-----',
    'otpauth-migration://offline?data=',
    'name,secret\n',
    '[{"label":"a","secret":',
    '{"header":{"slots":',
    '# version: 2\n',
    '',
  ]

  it('ends with a report that adds up or a failure of ours', async () => {
    const input = fc.tuple(
      fc.constantFrom(...starts),
      fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.string({ maxLength: 300 }).map(text)),
    )
    await fc.assert(
      fc.asyncProperty(input, async ([start, rest]) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest])
        const outcome: unknown = await importFile(bytes, { password: 'x' }).catch((thrown: unknown) => thrown)
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'Failure' })
        else expect(outcome).toMatchObject({ total: expect.any(Number) })
      }),
      { numRuns: 3000 },
    )
  })

  const keys = fc.constantFrom(
    ...'header slots params db version entries info secret type algo digits period counter name issuer groups services schemaVersion servicesEncrypted otp Authenticators'.split(
      ' ',
    ),
    ...'kdfParams encryptedData salt content uri encrypted items data login totp tokens tokenOrder accounts deviceId shared_secret app elements label kind pin otpGenerator'.split(
      ' ',
    ),
    ...'authenticator_tokens encrypted_seed decryptedSecret passwordProtected kdfType kdfIterations format'.split(' '),
  )

  const values = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, 0, -1, 1e300, '', 'JBSWY3DP', 'TOTP', '2.AA|AA|AA'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    ),
  })).value
  it('shaped like the JSON of others ends so too', async () => {
    const bytes = fc.dictionary(keys, values, { maxKeys: 8 }).map(json)
    await fc.assert(
      fc.asyncProperty(bytes, async (file) => {
        const outcome: unknown = await importFile(file, { password: 'x' }).catch((thrown: unknown) => thrown)
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'Failure' })
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a file of ours to name', () => {
  it.each([
    [
      'a newer Aegis vault',
      json({ version: 2, header: { slots: null, params: null }, db: {} }),
      'import_version_unknown',
    ],
    ['a newer 2FAS backup', json({ schemaVersion: 5, services: [] }), 'import_version_unknown'],
    ['a newer cotp export', json({ version: 3, elements: [] }), 'import_version_unknown'],
    ['JSON cut off', text('{"header":{"slots":null'), 'import_file_damaged'],
    ['XML cut off', text("<?xml version='1.0'?><map><string"), 'import_file_damaged'],
    [
      'an armoured message',
      text('-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n'),
      'import_needs_gpg',
    ],
    ['a binary message', Buffer.from('8c0d0409030292f3a1d0b1c2d3e4ff', 'hex'), 'import_needs_gpg'],
    ["privacyIDEA's own format", text(`gAAAA${'B'.repeat(80)}`), 'import_not_possible'],
    ['a KeePass database of version 3', Buffer.from('03d9a29a67fb4bb501000300', 'hex'), 'import_not_possible'],
    ['a letter', text('Dear Sir or Madam'), 'import_format_unknown'],
    ['nothing', new Uint8Array(), 'import_format_unknown'],
  ])('%s is called by its name', async (_what, bytes, code) => {
    await expect(importFile(bytes, { password })).rejects.toThrow(failing(code) as Error)
  })

  // Those without any check of their content may open to something else, which the accounts' own form shows.
  it.each(
    sealedFiles
      .filter(({ format, what }) => !what.includes('old way') && !['authy', 'totp-authenticator'].includes(format))
      .map((file) => [`${file.format}, ${file.what}`, file] as const),
  )('says that %s is damaged or that the password is wrong, never that it is fine', async (_title, file) => {
    const bytes = await file.write()
    const altered = Uint8Array.from(bytes)
    // In the middle of what is sealed, which is most of every file.
    const at = bytes.length >> 1
    altered[at] = altered[at] === 0x41 ? 0x42 : 0x41
    const outcome: unknown = await importFile(altered, { password }).catch((thrown: unknown) => thrown)
    expect(['import_password_wrong', 'import_file_damaged']).toContain((outcome as { code?: string }).code)
  })
})

describe('wrong password, damaged file and newer version', () => {
  const found = (format: string): Promise<Uint8Array> | Uint8Array =>
    sealedFiles.find((file) => file.format === format)?.write() ?? text('')

  it.each([
    ['aegis', 'db', { version: 9 }],
    ['2fas', 'servicesEncrypted', { schemaVersion: 9 }],
    ['bitwarden', 'data', null],
  ])('of %s are three different messages', async (format, sealed, newer) => {
    const whole = JSON.parse(new TextDecoder().decode(await found(format))) as Record<string, string>
    const packed = whole[sealed] ?? ''
    const at = packed.length >> 1
    const altered = {
      ...whole,
      [sealed]: packed.slice(0, at) + (packed[at] === 'A' ? 'B' : 'A') + packed.slice(at + 1),
    }
    const codeOf = async (file: object, typed: string): Promise<string> => {
      const outcome: unknown = await importFile(json(file), { password: typed }).catch((thrown: unknown) => thrown)
      return (outcome as { code?: string }).code ?? 'read'
    }
    expect(await codeOf(whole, password)).toBe('read')
    expect(await codeOf(whole, 'wrong')).toBe('import_password_wrong')
    expect(await codeOf(altered, password)).toBe('import_file_damaged')
    if (newer !== null) expect(await codeOf({ ...whole, ...newer }, password)).toBe('import_version_unknown')
  })
})

describe('importFileInThread', () => {
  it('reads as importFile does, and tells how long the key takes', async () => {
    const bytes = text(await formatAegisEncrypted(every, password))
    const stages: string[] = []
    const report = await importFileInThread(bytes, { password, onProgress: ({ stage }) => stages.push(stage) })
    expect(report).toEqual(await importFile(bytes, { password }))
    expect(stages).toEqual(['key'])
  })

  it('gives failures back as they are', async () => {
    await expect(importFileInThread(text('Dear Sir'))).rejects.toThrow(failing('import_format_unknown') as Error)
  })

  it('stops a file that takes too long', async () => {
    await expect(importFileInThread(text(formatUriList(every)), { timeoutMs: 1 })).rejects.toThrow(
      failing('qr_reader_too_slow') as Error,
    )
  })

  it('does not take a preferences file for more than it is', async () => {
    const report = importFileInThread(preferences({ other: 'value' }))
    await expect(report).rejects.toThrow(failing('import_format_unknown') as Error)
  })
})
