import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandProvider, fileProvider, textProvider } from '../../src/crypto/root-key-provider.ts'
import { newRootKey, parseRootKey, rootKeyText } from '../../src/crypto/root-key.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('a root key', () => {
  it('survives being written and read, in Base64 and in hexadecimal', () => {
    const key = newRootKey()
    expect(parseRootKey(rootKeyText(key), 'here').id).toBe(key.id)
    expect(parseRootKey(Buffer.from(key.bytes).toString('hex'), 'here').id).toBe(key.id)
    expect(parseRootKey(`  ${Buffer.from(key.bytes).toString('base64url')}\n`, 'here').id).toBe(key.id)
  })

  it.each([
    ['an empty key', '', 'empty'],
    ['a short key', Buffer.alloc(16, 7).toString('base64'), '16 bytes'],
    ['a long key', Buffer.alloc(33, 7).toString('base64'), '33 bytes'],
    ['nothing but zeros', Buffer.alloc(32).toString('base64'), 'pattern'],
    ['counted bytes', Buffer.from(Array.from({ length: 32 }, (_, i) => i)).toString('base64'), 'pattern'],
    ['a repeated short key', Buffer.from('0123456789abcdef'.repeat(4), 'hex').toString('hex'), 'pattern'],
    ['text behind Base64', Buffer.from('this is a sentence of 32 bytes!!').toString('base64'), 'text'],
    ["another program's default", 'SomeRandomStringOf32CharsExactly', 'sample'],
    ['a default with another case', 'defaultCLIencryptionkey', 'sample'],
    ['words', 'correct horse battery staple', 'not Base64'],
  ])('T69 is refused when it is %s', (_name, text, reason) => {
    expect(() => parseRootKey(text, 'KEY_FILE')).toThrow(reason)
    expect(() => parseRootKey(text, 'KEY_FILE')).toThrow('openssl rand')
  })

  it('is not repeated by the message that refuses it', () => {
    const text = Buffer.alloc(31, 200).toString('base64')
    expect(() => parseRootKey(text, 'KEY_FILE')).toThrow(expect.not.stringContaining(text))
  })
})

describe('the file of the root key', () => {
  it('is made at the first start, for its owner only, and read at the next', async () => {
    const file = join(temporaryFolder(), 'root.key')
    const [made] = await fileProvider(file, { mayCreate: true }).load()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const [read] = await fileProvider(file, { mayCreate: false }).load()
    expect(read?.id).toBe(made?.id)
  })

  it('is made with its folder, or it is told why it cannot be', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'opt', 'secrets', 'root.key')
    const [made] = await fileProvider(file, { mayCreate: true }).load()
    expect(made?.bytes).toHaveLength(32)
    expect(statSync(join(folder, 'opt', 'secrets')).mode & 0o777).toBe(0o700)
    const below = fileProvider(join(file, 'another.key'), { mayCreate: true })
    await expect(below.load()).rejects.toMatchObject({
      code: 'root_key_not_made',
      message: expect.stringMatching(
        /^The root key .*another\.key cannot be made \((EEXIST|ENOTDIR)\)\. Make its folder/,
      ),
    })
  })

  it('ends up as one key when two servers start at once', async () => {
    const folder = temporaryFolder()
    const provider = fileProvider(join(folder, 'root.key'), { mayCreate: true })
    const loads = await Promise.all(Array.from({ length: 8 }, () => provider.load()))
    expect(new Set(loads.map(([key]) => key?.id)).size).toBe(1)
    expect(readdirSync(folder)).toEqual(['root.key'])
  })

  it('is not made anew beside a database that another key sealed', async () => {
    const file = join(temporaryFolder(), 'root.key')
    await expect(fileProvider(file, { mayCreate: false }).load()).rejects.toMatchObject({ code: 'root_key_missing' })
  })

  it('is refused when others may read it', async () => {
    const file = join(temporaryFolder(), 'root.key')
    writeFileSync(file, rootKeyText(newRootKey()))
    chmodSync(file, 0o640)
    const loading = fileProvider(file, { mayCreate: true }).load()
    await expect(loading).rejects.toMatchObject({ code: 'root_key_open_to_others' })
  })

  it('holds two keys during a rotation, the new one first', async () => {
    const file = join(temporaryFolder(), 'root.key')
    const provider = fileProvider(file, { mayCreate: true })
    const [old] = await provider.load()
    const next = newRootKey()
    if (old !== undefined) provider.replace?.([next, old])
    expect((await provider.load()).map(({ id }) => id)).toEqual([next.id, old?.id])
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3)
  })
})

describe('other providers', () => {
  it('read a key from a variable', async () => {
    const key = newRootKey()
    const [read] = await textProvider(rootKeyText(key), 'WATCHWORD_ROOT_KEY').load()
    expect(read?.id).toBe(key.id)
  })

  it('read what a command prints, without a shell', async () => {
    const key = newRootKey()
    const script = 'process.stdout.write(process.argv[1] + "\\n")'
    const [read] = await commandProvider([process.execPath, '-e', script, rootKeyText(key)]).load()
    expect(read?.id).toBe(key.id)
  })

  it('tell of a command that fails without repeating what it printed', async () => {
    const failing = commandProvider([process.execPath, '-e', 'console.error("geheim"); process.exit(3)']).load()
    await expect(failing).rejects.toThrow('exit 3')
    await expect(failing).rejects.toThrow(expect.not.stringContaining('geheim'))
  })
})
