import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/server/config.ts'

const folders: string[] = []
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })))

function secretFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-config-'))
  folders.push(folder)
  const path = join(folder, 'secret')
  writeFileSync(path, content)
  return path
}

describe('readConfig', () => {
  it('listens on loopback with SQLite in ./data unless told otherwise', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      databaseUrl: undefined,
      isLoopback: true,
      hasTls: false,
    })
    expect(config.dataDir.endsWith('data')).toBe(true)
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('reports three mistakes together', () => {
    const variables = {
      WATCHWORD_PORT: '70000',
      WATCHWORD_PUBLIC_URL: 'codes',
      WATCHWORD_TRUSTED_PROXIES: '10.0.0.0/8, 300.1.1.1',
    }
    expect(() => readConfig(variables)).toThrow(/WATCHWORD_PORT.*WATCHWORD_PUBLIC_URL.*300\.1\.1\.1/)
    const twice = { WATCHWORD_TRUSTED_PROXIES: '10.0.0.0/8/24' }
    expect(() => readConfig(twice)).toThrow(/10\.0\.0\.0\/8\/24, which is no address/)
  })

  it('takes a secret from NAME_FILE and refuses both forms at once', () => {
    const path = secretFile('postgres://u:p@db/watchword\n')
    expect(readConfig({ WATCHWORD_DATABASE_URL_FILE: path }).databaseUrl).toBe('postgres://u:p@db/watchword')
    expect(() => readConfig({ WATCHWORD_DATABASE_URL_FILE: path, WATCHWORD_DATABASE_URL: 'x' })).toThrow(/both set/)
  })

  it('lets flags win over the environment', () => {
    expect(readConfig({ WATCHWORD_PORT: '1' }, { port: '2' }).port).toBe(2)
  })

  it('starts as go-tiny-mfa with its four variables alone, escaping what they hold', () => {
    const postgres = {
      POSTGRES_USER: 'tiny',
      POSTGRES_PASSWORD: 'p@ss/word',
      POSTGRES_HOST: 'db:5433',
      POSTGRES_DB: 'mfa',
    }
    const config = readConfig(postgres)
    expect(config.tinyMfa.isMainDoor).toBe(true)
    expect(config).toMatchObject({ host: '0.0.0.0', databaseUrl: 'postgres://tiny:p%40ss%2Fword@db:5433/mfa' })
    expect(readConfig({ ...postgres, WATCHWORD_PORT: '8000' }).tinyMfa.isMainDoor).toBe(false)
  })

  it('names the variable of go-tiny-mfa that is missing', () => {
    expect(() => readConfig({ POSTGRES_USER: 'tiny' })).toThrow(/environment variables not defined: POSTGRES_PASSWORD/)
  })
})
