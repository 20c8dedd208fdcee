import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { openInBrowser } from '../../../src/cli/aws/browser.ts'
import { serveConsole } from '../../../src/cli/aws/console-server.ts'
import type { CliContext } from '../../../src/cli/context.ts'
import { describeWhere } from '../../support/programs.ts'
import { askAsAnotherUser, canBeAnotherUser } from '../support/another-user.ts'

const signIn = 'https://signin.example/federation?SigninToken=secret'

/** A context that hands on the first address that is told. */
function listeningContext() {
  const told = Promise.withResolvers<string>()
  const tell = (line: string) => {
    const address = /http:\S+/.exec(line)?.[0]
    if (address !== undefined) told.resolve(address)
  }
  return { context: { env: { BROWSER: 'true' }, say: tell, print: tell } as unknown as CliContext, told: told.promise }
}

/** Opens a connection that asks nothing, as browsers do to have one ready. */
async function openSpareConnection(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
}

describe('opening the console in a browser', () => {
  it('leads on once, and waits for no connection that the browser only keeps', async () => {
    const { context, told } = listeningContext()
    const opened = openInBrowser(context, signIn)
    const address = await told
    await openSpareConnection(address)
    expect((await fetch(address.replace(/.$/, '_'), { redirect: 'manual' })).status).toBe(404)
    expect((await fetch(address, { redirect: 'manual' })).headers.get('location')).toBe(signIn)
    await opened
    await expect(fetch(address)).rejects.toThrow()
  })
})

describe('console --serve', () => {
  it.each(['//', `/awslogin?key=${'%C3%A4'.repeat(32)}`])(
    'outlives a request for %s, which any web page can send',
    async (path) => {
      const { context, told } = listeningContext()
      const served = serveConsole(context, 0, async () => signIn)
      const address = `${await told}admin`
      expect(await rawAnswer(address, path)).toMatch(/^HTTP\/1\.1 40[34] /)
      expect((await fetch(address, { redirect: 'manual' })).headers.get('location')).toBe(signIn)
      process.rawListeners('SIGTERM').at(-1)?.call(process, 'SIGTERM')
      await served
    },
  )
})

/** What a server answers to a path that `fetch` would mend first. */
async function rawAnswer(url: string, path: string): Promise<string> {
  const { host, port } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

describeWhere(canBeAnotherUser, 'root, to act as two users', 'the console for another user of this computer', () => {
  it('does not open through the browser’s address, which its owner can still use', async () => {
    const { context, told } = listeningContext()
    const opened = openInBrowser(context, signIn)
    const address = await told
    expect(await askAsAnotherUser(address)).toMatch(/^HTTP\/1\.1 404 /)
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(302)
    await opened
  })

  it('does not open with the key of console --serve, and a spare connection does not keep it from ending', async () => {
    const { context, told } = listeningContext()
    const asked: string[] = []
    const served = serveConsole(context, 0, async (profile) => {
      asked.push(profile)
      return signIn
    })
    const address = `${await told}admin`
    const refused = await askAsAnotherUser(address)
    expect([refused.split('\r\n')[0], refused.includes('SigninToken'), asked]).toEqual([
      'HTTP/1.1 403 Forbidden',
      false,
      [],
    ])
    expect((await fetch(address, { redirect: 'manual' })).headers.get('location')).toBe(signIn)
    await openSpareConnection(address)
    // What was registered last, and nobody else's: the tests live in this process too.
    process.rawListeners('SIGTERM').at(-1)?.call(process, 'SIGTERM')
    await served
  })
})
