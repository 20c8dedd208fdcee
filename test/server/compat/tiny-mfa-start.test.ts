import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { startTinyMfa } from '../../../src/server/compat/tiny-mfa/first-start.ts'
import { listenForTinyMfa } from '../../../src/server/compat/tiny-mfa/listener.ts'
import { engines } from '../../support/engines.ts'
import { openDoorHouse, send } from './doors.ts'

async function openDoor(verifyTokens: boolean | null = null) {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const secretsDir = mkdtempSync(join(tmpdir(), 'watchword-secrets-'))
  onTestFinished(() => rmSync(secretsDir, { recursive: true, force: true }))
  const house = await openDoorHouse(sqlite)
  await tinyMfaDoor(house.app, house)
  const start = { isMainDoor: true, verifyTokens, secretsDir, databaseUrl: undefined }
  const tokenFile = join(secretsDir, 'root-token.readanddelete')
  const list = (token: string) =>
    send(house.app, 'GET', '/api/v1/issuer', { headers: { 'tiny-mfa-access-token': token } })
  return { house, start, tokenFile, list }
}

const tokenIn = (file: string) => readFileSync(file, 'utf8').replace('root-token: ', '')

it('leaves a root token at the first start, readable by its owner alone, that opens this door', async () => {
  const { house, start, tokenFile, list } = await openDoor()
  expect(await startTinyMfa(house, start)).toBe(57_687)
  expect(readFileSync(tokenFile, 'utf8')).toMatch(/^root-token: [0-9a-f-]{36}$/)
  expect(statSync(tokenFile).mode & 0o777).toBe(0o400)
  expect(await list(tokenIn(tokenFile))).toMatchObject({ status: 200, text: '[]\n' })
  const log = JSON.stringify((house.core.services.log as unknown as { lines: unknown }).lines)
  expect(log).toContain(tokenFile)
  expect(log).not.toContain(tokenIn(tokenFile))
})

it('changes neither token nor settings at the second start', async () => {
  const { house, start, tokenFile, list } = await openDoor()
  await startTinyMfa(house, start)
  const token = tokenIn(tokenFile)
  rmSync(tokenFile)
  await startTinyMfa(house, { ...start, verifyTokens: false })
  expect(existsSync(tokenFile)).toBe(false)
  expect(await list(token)).toMatchObject({ status: 200 })
})

it('replaces the token file of an older database instead of losing the token', async () => {
  const { house, start, tokenFile, list } = await openDoor()
  writeFileSync(tokenFile, 'root-token: of-another-database', { mode: 0o400 })
  await startTinyMfa(house, start)
  expect(tokenIn(tokenFile)).not.toBe('of-another-database')
  expect(await list(tokenIn(tokenFile))).toMatchObject({ status: 200 })
})

it('opens users and validation at first start where the variable says so, with a warning', async () => {
  const { house, start } = await openDoor(false)
  await startTinyMfa(house, start)
  const lines = (house.core.services.log as unknown as { lines: { level: string; message: string }[] }).lines
  expect(lines.some(({ level, message }) => level === 'warn' && message.includes('open to everybody'))).toBe(true)
})

it('answers on a second listener for this door alone', async () => {
  const { house } = await openDoor()
  const told = vi.spyOn(house.app.log, 'info')
  const server = await listenForTinyMfa(house.app, '127.0.0.1', 0)
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  expect(told).toHaveBeenCalledWith(expect.stringContaining(`on port ${port}`))
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
  expect(await get('/api/v1/health')).toBe(200)
  expect(await get('/v1/realms')).toBe(404)
})
