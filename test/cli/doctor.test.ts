import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createStore, initialise, runCommand, startTestServer, type Variables } from '../support/server.ts'

interface Finding {
  readonly level: string
  readonly check: string
  readonly message: string
}

const provider = { WATCHWORD_OIDC_ISSUER: 'https://idp.example.com', WATCHWORD_OIDC_CLIENT_ID: 'watchword' }

function ready() {
  const store = createStore()
  onTestFinished(() => store.remove())
  const { rootToken } = initialise(store)
  const tokenFile = join(store.folder, 'root.token')
  writeFileSync(tokenFile, rootToken)
  const doctor = (variables: Variables, ...args: string[]) => {
    const { status, stdout } = runCommand(['doctor', '--json', ...args], { ...store.variables, ...variables })
    const { findings } = JSON.parse(stdout) as { findings: Finding[] }
    return { status, findings, redirect: findings.find(({ check }) => check === 'sign-on redirect') }
  }
  const ask = async (variables: Variables) => {
    const server = await startTestServer({ ...store.variables, ...variables })
    onTestFinished(() => server.kill())
    return { host: new URL(server.url).host, ...doctor({}, '--server', server.url, '--token-file', tokenFile) }
  }
  return { doctor, ask }
}

describe('watchword doctor', () => {
  it('prints the redirect URI as it has to be registered, and warns when it is plain http', () => {
    const { doctor } = ready()
    expect(doctor({}).redirect).toMatchObject({
      level: 'ok',
      check: 'sign-on redirect',
      message: 'Sign-on is not set up. Its redirect URI would be http://127.0.0.1:8000/authorization-code/callback.',
    })
    const good = { ...provider, WATCHWORD_PUBLIC_URL: 'https://codes.example.com', OIDC_CALLBACK_ROUTE: '/back' }
    expect(doctor(good).redirect).toMatchObject({
      level: 'ok',
      message: 'Register https://codes.example.com/back at the provider.',
    })
    const plain = doctor({ ...provider, WATCHWORD_PUBLIC_URL: 'http://codes.example.com' })
    expect([plain.status, plain.redirect]).toMatchObject([
      0,
      { level: 'warning', message: expect.stringContaining('is not https') },
    ])
    const unfixed = doctor({ ...provider, WATCHWORD_HOST: '192.0.2.1' })
    expect(unfixed.redirect).toMatchObject({
      level: 'warning',
      message: expect.stringContaining('follows the host of each request'),
    })
  })

  it('asks a running server, and warns when people come by another host than they are sent back to', async () => {
    const { ask } = ready()
    const apart = await ask({ ...provider, WATCHWORD_PUBLIC_URL: 'https://codes.example.com' })
    expect(apart.redirect).toMatchObject({
      level: 'warning',
      message: expect.stringContaining(`is not on ${apart.host}, by which this request came`),
    })
    const same = await ask(provider)
    expect(same.redirect).toMatchObject({
      level: 'ok',
      message: `Register http://${same.host}/authorization-code/callback at the provider.`,
    })
    expect(same.findings.map(({ check }) => check)).toContain('audit chain')
  })
})
