import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { codeOf } from '../../../src/otp/code.ts'
import { itemsOf } from '../../support/items-of.ts'
import { describeWith } from '../../support/programs.ts'
import {
  createStore,
  type Initialised,
  initialise,
  passphrase,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../../support/server.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'the same commands on the team’s vault', () => {
  let home: AgentHome
  let store: TestStore
  let server: TestServer
  let made: Initialised

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'mine', '--secret', '-'], { input: secret })
    await home.run(['add', 'handed', '--secret', '-', '--issuer', 'Shop', '--tag', 'team'], {
      input: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
    })
    store = createStore()
    made = initialise(store)
    server = await startTestServer(store.variables)
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
    home.remove()
  })

  it('need a sign-in first', async () => {
    const finished = await home.call(['get', 'team/x'])
    expect(finished).toMatchObject({ code: 5, stdout: '' })
    expect(finished.stderr).toContain('watchword login')
    expect((await home.call(['login', 'http://example.com'])).code).toBe(2)
    expect((await home.call(['login', 'nonsense'])).code).toBe(2)
  })

  it('login shows a short code, and a browser confirms it', async () => {
    const [file = '', ...before] = home.command
    const child = spawn(file, [...before, 'login', server.url, '--json'], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await confirmInBrowser(server, made, await shownCode(child.stderr))
    expect(await ended).toBe(0)
    expect(JSON.parse(output)).toEqual({ server: server.url, username: 'ada' })
    expect(output).not.toMatch(/ww_|token/)
  })

  it('add puts an account there, and get reveals its code', async () => {
    const finished = await home.call(['add', 'team/aws-root', '--secret', '-'], { input: secret })
    expect(finished.stderr).toContain("Added aws-root to the team's vault")
    expect(await home.run(['list', '--remote'])).toBe('team/aws-root\n')
    const id = itemsOf<{ id: string }>(await home.run(['list', '--remote', '--json']))[0]?.id
    await grantReveal(server, made, id ?? '')
    const told = JSON.parse(await home.run(['get', 'team/aws-root', '--json'])) as { code: string; validFromMs: number }
    const { account } = parseOtpauthUri(`otpauth://totp/x?secret=${secret}`)
    expect(told.code).toBe(codeOf(account, told.validFromMs))
    expect(await home.run(['get', 'aws-root', '--remote'])).toMatch(/^\d{6}\n$/)
  })

  it('push hands over only what is named, after a dry run that sends nothing', async () => {
    expect((await home.call(['push'])).code).toBe(2)
    expect(await home.run(['push', 'handed', '--dry-run'])).toBe('new\thanded\n')
    expect(await home.run(['list', '--remote'])).toBe('team/aws-root\n')
    expect((await home.call(['push', 'handed'])).code).toBe(2)
    expect(await home.run(['push', '--tag', 'team', '--yes'])).toBe('added\thanded\n')
    expect(await home.run(['push', 'handed', '--yes'])).toBe('known\thanded\n')
    const rehearsed = await home.call(['push', 'handed', '--dry-run'])
    expect(rehearsed.stderr).toMatch(/^watchword: Nothing was sent\. .* compared, not secrets: .*\n$/)
    // The vault holds this secret already, as aws-root.
    expect(await home.run(['push', 'mine', '--yes'])).toBe('duplicate\tmine\n')
    expect((await home.run(['list', '--remote'])).split('\n').toSorted()).toEqual(['', 'team/aws-root', 'team/handed'])
  })

  it('push that fails midway says what went, what failed and what was not sent', async () => {
    const sent: string[] = []
    const half = createServer((request, response) => {
      void text(request).then((body) => {
        const { label } = JSON.parse(body || '{}') as { label?: string }
        if (label !== undefined) sent.push(label)
        response.statusCode = sent.length === 2 ? 403 : request.method === 'POST' ? 201 : 200
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ items: [], nextCursor: null }))
      })
    })
    await new Promise<void>((resolve) => half.listen(0, '127.0.0.1', resolve))
    const tokenFile = join(home.path, 'any-token')
    writeFileSync(tokenFile, 'ww_any')
    const env = {
      WATCHWORD_SERVER: `http://127.0.0.1:${(half.address() as AddressInfo).port}`,
      WATCHWORD_TOKEN_FILE: tokenFile,
    }
    for (const name of ['half-1', 'half-2', 'half-3'])
      await home.run(['add', name, '--secret', '-', '--tag', 'half'], { input: secret })
    const stopped = await home.call(['push', '--tag', 'half', '--yes'], { env })
    half.close()
    expect(stopped.stdout).toBe('added\thalf-1\nfailed\thalf-2\nnot sent\thalf-3\n')
    expect(stopped.code).toBe(1)
    expect(stopped.stderr).not.toBe('')
    expect(sent).toEqual(['half-1', 'half-2'])
  })

  it('push compares the issuer and the kind of code as well, and keeps back what cannot be the same', async () => {
    const input = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'
    await home.run(['add', 'aws-root', '--secret', '-', '--issuer', 'Other', '--digits', '8'], { input })
    await home.run(['add', 'shop-again', '--secret', '-', '--issuer', 'Shop'], { input })
    expect(await home.run(['push', 'shop-again', '--dry-run'])).toBe('similar\tshop-again\tthere called handed\n')
    expect(await home.run(['push', 'aws-root', '--dry-run'])).toBe('differs\taws-root\tthere issuer none, 6 digits\n')
    const kept = await home.call(['push', 'aws-root', '--yes', '--json'])
    expect(kept.code).toBe(9)
    expect(JSON.parse(kept.stdout)).toEqual({
      dryRun: false,
      accounts: [{ name: 'aws-root', result: 'differs', remark: 'there issuer none, 6 digits' }],
    })
    expect((await home.run(['list', '--remote'])).match(/team\/aws-root/g)).toHaveLength(1)
  })

  it('an unknown name, an ambiguous one and --at are refused', async () => {
    expect((await home.call(['get', 'team/nothing'])).code).toBe(3)
    expect((await home.call(['get', 'team/a'])).code).toBe(4)
    expect((await home.call(['get', 'team/aws-root', '--at', '59'])).code).toBe(2)
  })

  it('no secret ever comes back', async () => {
    for (const args of [
      ['uri', 'team/aws-root', '--yes'],
      ['qr', 'team/aws-root', '--yes'],
      ['show', 'team/aws-root', '--show-secret', '--yes'],
    ]) {
      expect((await home.call(args)).code).toBe(3)
    }
    expect(await home.run(['list', '--remote', '--json'])).not.toContain(secret)
  })

  it('a server that is away is a sentence', async () => {
    const finished = await home.call(['get', 'team/aws-root'], { env: { WATCHWORD_SERVER: 'http://127.0.0.1:9' } })
    expect(finished.code).not.toBe(0)
    expect(finished.stderr).toMatch(/^watchword: [^\n]+\n$/)
  })

  it('no token leaves in clear for another computer, whoever names the server', async () => {
    const file = join(home.path, 'named-token')
    writeFileSync(file, 'some token\n')
    const env = { WATCHWORD_SERVER: 'http://watchword.invalid', WATCHWORD_TOKEN_FILE: file }
    const finished = await home.call(['get', 'team/aws-root'], { env })
    expect(finished).toMatchObject({ code: 2, stdout: '' })
    expect(finished.stderr).toContain('must start with https://')
  })

  it('logout ends the token at the server', async () => {
    const finished = await home.call(['logout', '--json'])
    expect(JSON.parse(finished.stdout)).toEqual({ server: server.url, tokenEnded: true })
    expect((await home.call(['get', 'team/aws-root'])).code).toBe(5)
  })
})

/** The short code that the command shows on standard error. */
async function shownCode(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const code = /confirm the code (\S+)\./.exec(line)?.[1]
    if (code !== undefined) return code
  }
  throw new Error('No code was shown')
}

async function confirmInBrowser(server: TestServer, made: Initialised, userCode: string): Promise<void> {
  const { cookie, csrfToken } = await signIn(server, made)
  const answer = await fetch(`${server.url}/v1/device/${userCode}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrfToken, origin: server.url },
    body: JSON.stringify({ allow: true }),
  })
  if (!answer.ok) throw new Error(`The code was not taken: ${await answer.text()}`)
}

async function signIn(server: TestServer, made: Initialised): Promise<{ cookie: string; csrfToken: string }> {
  const { account } = parseOtpauthUri(made.admin.otpauthUri)
  const answer = await fetch(`${server.url}/v1/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ username: 'ada', passphrase, code: codeOf(account, Date.now()) }),
  })
  if (!answer.ok) throw new Error(`No login: ${await answer.text()}`)
  const { me } = (await answer.json()) as { me: { csrfToken: string } }
  const cookie = answer.headers
    .getSetCookie()
    .map((pair) => pair.split(';', 1)[0])
    .join('; ')
  return { cookie, csrfToken: me.csrfToken }
}

/** Who adds an account may manage it, which is not yet the right to see its codes. */
async function grantReveal(server: TestServer, made: Initialised, id: string): Promise<void> {
  const answer = await fetch(`${server.url}/v1/accounts/${id}/grants`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${made.rootToken}` },
    body: JSON.stringify({ grantee: 'everyone', right: 'reveal' }),
  })
  if (!answer.ok) throw new Error(`No grant: ${await answer.text()}`)
}
