import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { createOwnDatabase } from '../support/own-database.ts'
import { startServer } from '../support/postgres.ts'
import { startReplica } from '../support/replica.ts'
import { caller, createStore, initialise, startTestServer } from '../support/server.ts'
import { startTcpLink } from '../support/tcp-link.ts'
import { until } from '../support/until.ts'

// docs/guide/reference-setup.md: the address of the database leads to whichever is the primary.
it('T04 a primary that dies costs no acknowledged verdict when its synchronous replica takes over', async () => {
  const primary = await startServer()
  onTestFinished(() => primary.stop())
  const database = new URL((await createOwnDatabase(primary.url)).url)
  const store = createStore(database.href)
  onTestFinished(() => store.remove())
  const { rootToken } = initialise(store)
  const link = await startTcpLink(Number(database.port))
  onTestFinished(() => link.close())
  database.port = String(link.port)
  const server = await startTestServer({ ...store.variables, WATCHWORD_DATABASE_URL: database.href })
  onTestFinished(() => server.kill())
  const call = caller(server, rootToken)
  await call('POST', '/v1/realms', { name: 'shop' })
  const secrets = new Map<string, Uint8Array>()
  for (let index = 0; index < 40; index += 1) {
    await call('POST', '/v1/realms/shop/subjects', { name: `s-${index}` })
    const { body } = await call('POST', `/v1/realms/shop/subjects/s-${index}/enrolment`)
    secrets.set(`s-${index}`, decodeBase32(String(body['secretBase32'])))
  }
  const replica = await startReplica(primary)
  onTestFinished(() => replica.stop())

  const verify = (name: string, code: string) => call('POST', `/v1/realms/shop/subjects/${name}/verify`, { code })
  const accepted: { name: string; code: string }[] = []
  const waiting = [...secrets]
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, secret] = next
      const code = totp(secret, Date.now())
      if ((await verify(name, code)).body['accepted'] === true) accepted.push({ name, code })
    }
  }
  const lanes = [lane(), lane(), lane()]
  await until(() => accepted.length >= 10)
  await primary.kill()
  link.cut()
  await replica.promote()
  link.retarget(replica.port)
  link.mend()
  await Promise.all(lanes)
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 200)

  for (const { name, code } of accepted) expect((await verify(name, code)).body['accepted'], name).toBe(false)
  expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true, problems: [] })
  await call('POST', '/v1/realms/shop/subjects', { name: 'after' })
  const { body } = await call('POST', '/v1/realms/shop/subjects/after/enrolment')
  const code = totp(decodeBase32(String(body['secretBase32'])), Date.now())
  expect((await verify('after', code)).body).toMatchObject({ accepted: true })
})
