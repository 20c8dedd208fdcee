import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller, createStore, initialise, startTestServer, type TestServer, type TestStore } from '../support/server.ts'

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}
const { panels } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../deploy/grafana/watchword.json'), 'utf8'),
) as { readonly panels: readonly Panel[] }
const questions = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))
/** What Prometheus itself adds to whatever it scrapes. */
const labelsOfPrometheus = ['instance', 'job']

describe('the Grafana dashboard over a running server', () => {
  let store: TestStore
  let server: TestServer
  let samples: readonly string[]

  beforeAll(async () => {
    store = createStore()
    const { rootToken } = initialise(store)
    server = await startTestServer(store.variables)
    const call = caller(server, rootToken)
    // A counter with labels is there once it has counted something.
    await call('POST', '/v1/realms', { name: 'shop' })
    await call('POST', '/v1/realms/shop/subjects/bob/verify', { code: '123456' })
    await call('POST', '/v1/login', { username: 'nobody', passphrase: 'not the right one at all', code: '000000' })
    const made = await call('POST', '/v1/accounts', {
      label: 'shared',
      secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    })
    await call('POST', `/v1/accounts/${String(made.body['id'])}/reveal`, {})
    await fetch(`${server.url}/auth/check`)
    samples = (await (await fetch(`${server.url}/metrics`)).text()).split('\n').filter((line) => /^\w/.test(line))
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
  })

  it('has panels that ask', () => {
    expect(questions.length).toBeGreaterThan(10)
  })

  it.each(questions)('$title: $expr', ({ expr }) => {
    const names = [...expr.matchAll(/\b(watchword_\w+)/g)].map(([, name = '']) => name)
    const [name = 'up'] = names
    if (name === 'up') return expect(expr).toContain('up{job=')
    const found = samples.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    expect(found.length, name).toBeGreaterThan(0)
    const chosen = [...expr.matchAll(/[{,](\w+)=/g)].map(([, label = '']) => label)
    const grouped = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(/, ?/) ?? []
    for (const label of [...chosen, ...grouped].filter((known) => !labelsOfPrometheus.includes(known)))
      expect(found[0], label).toMatch(new RegExp(`[{,]${label}="`))
  })
})
