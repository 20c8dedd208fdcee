import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { type Remark, remark } from '../../../src/errors/remarks.ts'
import { nextAttemptAtMs } from '../../../src/server/access/notices/backoff.ts'
import { openMail, postWebhook, sendMail } from '../../../src/server/access/notices/delivery.ts'
import type { Notice } from '../../../src/server/access/notices/store.ts'
import { readReason, reasonOf } from '../../../src/server/access/notices/undelivered.ts'
import { engines } from '../../support/engines.ts'
import { startMailReceiver } from '../../support/smtp.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook.ts'
import { type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

const event = {
  event: 'subject.cap_reached',
  summary: 'The lock of ada needs a lift.',
  fields: { subject: 'ada' },
} as const

async function addWebhook(house: House, token: string, receiver: WebhookReceiver, events: string[] = []) {
  const answer = await house.call(api.createWebhook, { token, body: { url: receiver.url, events } })
  return answer.body as { id: string; signingKey: string }
}

async function post(house: House, wish: Parameters<House['notices']['post']>[1] = event): Promise<void> {
  await house.storage.transaction((tx) => house.notices.post(tx, wish))
}

async function notices(house: House, token: string, state?: string) {
  const answer = await house.call(api.listNotices, { token, query: state === undefined ? {} : { state } })
  return answer.body['items'] as { id: string; state: string; attempts: number; lastError: Remark | null }[]
}

describe.each(engines)('notices on $name', (engine) => {
  it('posts to a webhook once, signed over id, time and body', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    const { signingKey } = await addWebhook(house, rootToken, receiver)
    await post(house)
    await house.notices.outbox.drain()
    await house.notices.outbox.drain()
    expect(receiver.arrived).toHaveLength(1)
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.arrived
    const key = Buffer.from(signingKey.replace('whsec_', ''), 'base64')
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
    const signature = createHmac('sha256', key).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
    expect(JSON.parse(body)).toMatchObject({
      type: 'subject.cap_reached',
      id: headers['webhook-id'],
      data: event.fields,
    })
    expect(await notices(house, rootToken)).toMatchObject([{ state: 'sent', attempts: 1, lastError: null }])
  })

  it('tells of what happened only: a transaction that is rolled back sends nothing', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    await addWebhook(house, rootToken, receiver)
    const failed = house.storage.transaction(async (tx) => {
      await house.notices.post(tx, event)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    await house.notices.outbox.drain()
    expect(receiver.arrived).toEqual([])
  })

  it('sends only the events a webhook asked for', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    await addWebhook(house, rootToken, receiver, ['audit.checkpoint'])
    await post(house)
    await house.notices.outbox.drain()
    expect(receiver.arrived).toEqual([])
  })

  it('tries again while the receiver is away, with the same id, and shows what it gave up', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    await addWebhook(house, rootToken, receiver)
    // From the beginning: the outbox looks by itself as well, every second.
    receiver.status = 500
    await post(house)
    for (const status of [500, 302, 404, 429, 503, 500, 500, 500, 500]) {
      receiver.status = status
      await house.notices.outbox.drain()
      house.clock.advance(2 * 24 * 60 * 60_000)
    }
    expect(new Set(receiver.arrived.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    const [dead] = await notices(house, rootToken, 'dead')
    expect(dead).toMatchObject({
      state: 'dead',
      attempts: 9,
      lastError: { code: 'notice_refused', message: 'The receiver answered 500.', values: { status: 500 } },
    })
    receiver.status = 200
    await house.call(api.retryNotice, { token: rootToken, params: { notice: dead?.id ?? '' } })
    await house.notices.outbox.drain()
    expect(await notices(house, rootToken, 'dead')).toEqual([])
    expect(await notices(house, rootToken, 'sent')).toHaveLength(1)
  })

  it('tries one that waits for its next attempt at once when asked, and none that has arrived', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    await addWebhook(house, rootToken, receiver)
    receiver.status = 500
    await post(house)
    await house.notices.outbox.drain()
    const [waiting] = await notices(house, rootToken, 'waiting')
    expect(waiting).toMatchObject({ attempts: 1, lastError: { code: 'notice_refused' } })
    receiver.status = 200
    const again = { token: rootToken, params: { notice: waiting?.id ?? '' } }
    await house.call(api.retryNotice, again)
    await house.notices.outbox.drain()
    expect(await notices(house, rootToken, 'sent')).toMatchObject([{ id: waiting?.id, attempts: 2 }])
    expect((await house.call(api.retryNotice, again)).body).toMatchObject({ status: 409, code: 'notice_arrived' })
  })

  it('loses nothing when a server dies while sending: another sends it again under the same id', async () => {
    const place = await engine.freshPlace()
    const house = await openHouse(engine, { place })
    const { rootToken } = await addFirstAdministrator(house)
    const receiver = await startWebhookReceiver()
    await addWebhook(house, rootToken, receiver)
    // As a server leaves it that was killed between taking a notice and noting that it was sent; in one transaction, for
    // the outbox of this one looks by itself as well.
    await house.storage.transaction(async (tx) => {
      await house.notices.post(tx, event)
      const taken = tx.updateTable('outbox').set({ attempts: 1, next_at_ms: house.clock.nowMs() + 60_000 })
      expect((await taken.executeTakeFirst()).numUpdatedRows).toBe(1n)
    })
    await house.notices.outbox.drain()
    expect(receiver.arrived).toEqual([])
    house.clock.advance(60_000)
    const other = await openHouse(engine, { place, rootKey: house.rootKey, clock: house.clock })
    await Promise.all([house.notices.outbox.drain(), other.notices.outbox.drain()])
    expect(receiver.arrived).toHaveLength(1)
  })

  it('mails a person about a login from a new place, unless they switched that off', async () => {
    const mail = await startMailReceiver()
    const house = await openHouse(engine, { mail: { smtpUrl: mail.smtpUrl, from: 'watchword@example.com' } })
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob', email: 'bob@example.com' })
    await logIn(house, bob, '203.0.113.7')
    await house.notices.outbox.drain()
    expect(mail.arrived).toHaveLength(1)
    expect(mail.arrived[0]).toMatchObject({ from: 'watchword@example.com', to: ['bob@example.com'] })
    expect(mail.arrived[0]?.source).toMatch(/^Subject: Watchword: a login from a new place/m)
    const browser = await logIn(house, bob, '203.0.113.7')
    await house.call(api.updateMe, { browser, body: { preferences: { 'mail:login.new_device': false } } })
    await logIn(house, bob, '198.51.100.9')
    await house.notices.outbox.drain()
    expect(mail.arrived).toHaveLength(1)
  })

  it('mails everybody who administers, by their own role or by a group’s, and nobody else', async () => {
    const mail = await startMailReceiver()
    const house = await openHouse(engine, { mail: { smtpUrl: mail.smtpUrl, from: 'watchword@example.com' } })
    const { rootToken: token, id } = await addFirstAdministrator(house)
    const people = ['ada', 'bob', 'eve']
    await house.call(api.updatePerson, { token, params: { person: id }, body: { email: 'ada@example.com' } })
    for (const username of people.slice(1)) {
      const body = { username, email: `${username}@example.com` }
      expect((await house.call(api.createPerson, { token, body })).status).toBe(201)
    }
    const group = await house.call(api.createGroup, { token, body: { name: 'ops', role: 'administrator' } })
    const params = { group: String(group.body['id']), person: 'bob' }
    expect((await house.call(api.addMember, { token, params })).status).toBeLessThan(300)
    const event = { event: 'subject.cap_reached', summary: 'A lock.', toAdministrators: true, fields: {} } as const
    await house.storage.transaction((tx) => house.notices.post(tx, event))
    await house.notices.outbox.drain()
    expect(mail.arrived.flatMap(({ to }) => to).toSorted()).toEqual(['ada@example.com', 'bob@example.com'])
  })

  it('T95 mails in German where the server is told to', async () => {
    const mail = await startMailReceiver()
    const from = 'watchword@example.com'
    const house = await openHouse(engine, { mail: { smtpUrl: mail.smtpUrl, from, language: 'de' } })
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob', email: 'bob@example.com' })
    await logIn(house, bob, '203.0.113.7')
    await house.notices.outbox.drain()
    expect(mail.arrived[0]?.source).toMatch(/^Subject: Watchword: eine Anmeldung von einem neuen Ort/m)
  })

  it.each([
    'ftp://example.com/x',
    'http://example.com/hook',
    'https://user:secret@example.com/hook',
    'file:///etc/passwd',
    'not an address',
  ])('refuses the webhook address %s', async (url) => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const answer = await house.call(api.createWebhook, { token: rootToken, body: { url, events: [] } })
    expect([answer.status, answer.body['code']]).toEqual([400, 'webhook_address_invalid'])
  })
})

describe('what administrators hear of a notice that did not arrive', () => {
  const notice = { id: 'one', target: 'ada@example.com', body: JSON.stringify({ subject: 'x', text: 'y' }) } as Notice
  const mailTo = async (smtpUrl: string) => {
    const transport = await openMail({ smtpUrl, from: 'watchword@example.com' })
    return sendMail(transport, 'watchword@example.com', notice).then(() => 'it arrived', reasonOf)
  }

  it('is that the mail server refused it, and not what it said', async () => {
    const { smtpUrl } = await startMailReceiver({ refuses: true })
    const reason = await mailTo(smtpUrl)
    expect(reason).toEqual(remark('notice_mail_refused', { status: 550 }))
    expect(await mailTo(smtpUrl.replace('//', '//ada:wrong@'))).toEqual(remark('notice_mail_login'))
  })

  it('is that nobody listens there, by the name the system gives it', async () => {
    const closed = await startWebhookReceiver()
    await closed.stop()
    const webhook = { id: 'hook', url: closed.url, events: [], enabled: true, createdAtMs: 0 }
    const posted = postWebhook(webhook, notice, { deriveKey: () => new Uint8Array(32) }, 0)
    const unreachable = remark('notice_unreachable', { code: 'ECONNREFUSED' })
    expect(await posted.then(() => 'it arrived', reasonOf)).toEqual(unreachable)
    expect(await mailTo(`smtp://${new URL(closed.url).host}`)).toEqual(unreachable)
  })

  it('is a sentence in rows of the outbox, whoever wrote them', () => {
    const reason = remark('notice_refused', { status: 500 })
    expect(readReason(JSON.stringify(reason))).toEqual(reason)
    expect(readReason('the receiver answered 500')).toEqual({ code: '', message: 'the receiver answered 500' })
    expect(readReason(null)).toBeNull()
  })
})

describe('nextAttemptAtMs', () => {
  it('waits longer each time and gives up after eight failures', () => {
    const waits = Array.from({ length: 9 }, (_, index) => nextAttemptAtMs(index + 1, 0, 0))
    const known = waits.slice(0, 8)
    expect(known).toEqual(known.toSorted((a, b) => Number(a) - Number(b)))
    expect(waits.at(-1)).toBeNull()
  })
})
