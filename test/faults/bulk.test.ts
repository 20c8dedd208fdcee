import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { caller, createStore, initialise, startTestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const total = 10_000

describe('a list of 10,000 whose server is killed halfway', () => {
  it('goes on by itself after the restart: everybody once, in the store and in the audit, and codes verify meanwhile', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { rootToken } = initialise(store)
    let server = await startTestServer(store.variables)
    onTestFinished(() => server.kill())
    let call = caller(server, rootToken)
    await call('POST', '/v1/realms', { name: 'shop', replay: 'once', windowBack: 2 })
    await call('POST', '/v1/realms/shop/subjects', { name: 'ada' })
    const enrolled = await call('POST', '/v1/realms/shop/subjects/ada/enrolment')
    const secret = decodeBase32(String(enrolled.body['secretBase32']))
    const verify = async (stepsFromNow: number) => {
      const code = totp(secret, Date.now() + stepsFromNow * 30_000)
      return (await call('POST', '/v1/realms/shop/subjects/ada/verify', { code })).body['accepted']
    }
    const names = Array.from({ length: total }, (_, index) => `user${index}`)
    const begun = await call('POST', '/v1/realms/shop/bulk', { format: 'csv', content: `name\n${names.join('\n')}\n` })
    const path = `/v1/realms/shop/bulk/${String(begun.body['id'])}`
    const job = async () => (await call('GET', `${path}?limit=1`)).body['job'] as Record<string, unknown>

    await until(async () => Number((await job())['done']) > total / 20)
    expect(await verify(-1)).toBe(true)
    await server.kill()
    server = await startTestServer(store.variables)
    call = caller(server, rootToken)
    const { done, state } = await job()
    expect([state, Number(done) < total]).toEqual(['running', true])
    expect(await verify(0)).toBe(true)
    await until(async () => (await job())['state'] === 'done', 240_000)

    expect(await job()).toMatchObject({ done: total, created: total, duplicates: 0, refused: 0 })
    expect((await call('GET', '/v1/realms/shop')).body).toMatchObject({ subjectCount: total + 1 })
    const audited = await auditedNames(call)
    expect(audited.toSorted()).toEqual(['ada', ...names].toSorted())
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true })
  })
})

async function auditedNames(call: ReturnType<typeof caller>): Promise<string[]> {
  const names: string[] = []
  let cursor = ''
  do {
    const { body } = await call('GET', `/v1/audit?action=subject.create&realm=shop&limit=500${cursor}`)
    names.push(...(body['items'] as { objectName: string }[]).map(({ objectName }) => objectName))
    cursor = typeof body['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(body['nextCursor'])}` : ''
  } while (cursor !== '')
  return names
}
