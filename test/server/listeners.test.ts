import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createPlainServer } from 'node:net'
import fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../src/server/config.ts'
import { closeListeners, listenBeside } from '../../src/server/listeners.ts'

it('a request under way at a listener of its own is answered before the server goes on to close what it needs', async () => {
  const told: string[] = []
  const asked = Promise.withResolvers<void>()
  const mayAnswer = Promise.withResolvers<void>()
  const other = createServer((_request, response) => {
    asked.resolve()
    void mayAnswer.promise.then(() => response.end('answered'))
  }).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const app = fastify()
  app.addHook('onClose', async () => mayAnswer.resolve())
  await app.listen({ host: '127.0.0.1', port: 0 })

  const answer = fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}`).then((got) => got.text())
  await asked.promise
  other.on('close', () => told.push('listener closed'))
  await closeListeners(app, [other])
  told.push('all closed')

  expect(await answer).toBe('answered')
  expect(told).toEqual(['listener closed', 'all closed'])
})

it('a port that is taken beside the server’s own is told with the setting that named it', async () => {
  const taken = createPlainServer().listen(0, '127.0.0.1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const config = readConfig({ WATCHWORD_TINYMFA_PORT: String(port) }, { dataDir: '/nowhere' })
  const app = fastify()
  onTestFinished(() => app.close())

  await expect(listenBeside(app, {} as never, config)).rejects.toMatchObject({
    code: 'listener_unusable',
    message: expect.stringMatching(/^The door of go-tiny-mfa cannot .*EADDRINUSE.* WATCHWORD_TINYMFA_PORT,/),
  })
})
