import { expect, it, onTestFinished } from 'vitest'
import { totp } from '../../src/otp/totp.ts'
import { startLinkedServer } from '../support/linked-server.ts'
import { until } from '../support/until.ts'

it('a line to the database that swallows packets keeps nobody waiting for ever', async () => {
  const server = await startLinkedServer()
  onTestFinished(() => server.remove())
  const secret = await server.enrol('frozen')
  server.link.freeze()
  const code = totp(secret, Date.now())
  const answers = await Promise.all([server.verify('frozen', code), server.call('GET', '/v1/realms')])
  expect(answers.map(({ status }) => status)).toEqual([503, 503])
  server.link.mend()
  await until(async () => (await server.ready()) === 200)
  await until(async () => (await server.verify('frozen', totp(secret, Date.now()))).body['accepted'] === true)
})
