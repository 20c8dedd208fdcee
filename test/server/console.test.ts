import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { consoleRoutes } from '../../src/server/console.ts'

// RFC 9110 section 12.5.3.
it.each([
  ['br, gzip', 'br'],
  ['gzip, deflate, BR;q=0.5', 'br'],
  ['gzip', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['br; q=0.000, gzip;q=1', 'gzip'],
  ['br;q=0', undefined],
  ['*;q=0', undefined],
  ['identity;q=0', undefined],
  ['x-br, gzipped', undefined],
  ['', undefined],
])('sends a file of the console to whoever accepts "%s" coded as %s', async (accepted, coding) => {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-console-'))
  const app = Fastify()
  onTestFinished(async () => {
    await app.close()
    rmSync(folder, { recursive: true })
  })
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<html></html>')
  for (const [end, content] of Object.entries({ '': 'plain', '.br': 'br', '.gz': 'gzip' }))
    writeFileSync(join(folder, 'assets', `app.js${end}`), content)
  consoleRoutes(app, { folder })
  const answer = await app.inject({ url: '/assets/app.js', headers: { 'accept-encoding': accepted } })
  expect([answer.headers['content-encoding'], answer.body]).toEqual([coding, coding ?? 'plain'])
  expect(answer.headers['vary']).toBe('accept-encoding')
})
