import { createHmac } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { createWebhook } from '../../../src/api/index.ts'
import { openStoreClient } from '../../../src/cli/admin/store-client.ts'
import { openStoreRooms } from '../../../src/cli/admin/store-rooms.ts'
import { createSigner, isGenuine } from '../../../src/server/audit/checkpoint.ts'
import { startWebhookReceiver } from '../../support/webhook.ts'
import { createStore } from '../../support/server.ts'
import { until } from '../../support/until.ts'

it('an audit checkpoint leaves the house signed, with all that contradicts an audit rewritten later', async () => {
  const { folder, remove } = createStore()
  onTestFinished(remove)
  const rooms = await openStoreRooms({}, { dataDir: folder }, { schema: 'begin' })
  const { client, close } = await openStoreClient({}, { dataDir: folder })
  onTestFinished(async () => {
    await close()
    await rooms.stop()
    await rooms.core.close()
  })
  const receiver = await startWebhookReceiver()
  const { signingKey } = await client.call(createWebhook, { body: { url: receiver.url, events: ['audit.checkpoint'] } })
  await rooms.core.audit.checkpoint()
  // Whichever of the two takes it first.
  await until(() => receiver.arrived.length > 0)
  const [{ headers, body } = { headers: {}, body: '{}' }] = receiver.arrived
  const { type, data } = JSON.parse(body) as { type: string; data: Record<string, string & number> }
  expect(type).toBe('audit.checkpoint')
  const bytes = (name: string) => Buffer.from(data[name] ?? '', 'base64')
  const { chain = '', sequence = 0, hash = '', atMs = 0 } = data
  const checkpoint = { chain, sequence, hash, atMs, publicKey: bytes('publicKey'), signature: bytes('signature') }
  const { publicKey } = createSigner(rooms.core.keyRing.deriveKey('audit checkpoints'))
  const later = { ...checkpoint, sequence: sequence + 1 }
  expect([isGenuine(checkpoint, publicKey), isGenuine(later, publicKey)]).toEqual([true, false])
  const key = Buffer.from(signingKey.replace('whsec_', ''), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`)
})
