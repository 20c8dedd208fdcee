import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { endianness } from 'node:os'
import { describe, expect, it } from 'vitest'
import { ownConnectionsOf, peerUser } from '../../../src/cli/agent/loopback-peer.ts'
import { describeWhere } from '../../support/programs.ts'
import { makeAgentHome } from '../support/agent-home.ts'
import { startAgentPage } from '../support/agent-page.ts'
import { anotherUser, askAsAnotherUser, canBeAnotherUser } from '../support/another-user.ts'

const own = { address: '127.0.0.1', port: 8001 }
const peer = { address: '127.0.0.1', port: 40_000 }

/** A line of /proc/net/tcp or tcp6 as Linux writes it, words in this machine's byte order. */
function line(local: string, remote: string, state: string, user: number, inode: number): string {
  return `  1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${user} 0 ${inode} 1 0 20 4 30 10 -1`
}

const isLittle = endianness() === 'LE'
const v4 = (port: string, last = '01') => `${isLittle ? `${last}00007F` : `7F0000${last}`}:${port}`
const mapped = (port: string) => `${'0'.repeat(16)}${isLittle ? 'FFFF0000' : '0000FFFF'}${v4(port)}`
const v6 = (port: string) => `${'0'.repeat(24)}${isLittle ? '01000000' : '00000001'}:${port}`
const listens = line(v4('1F41'), v4('0000'), '0A', 7, 11)
const ours = line(v4('1F41'), v4('9C40'), '01', 7, 12)

describe('peerUser', () => {
  it('is the user of the line that is the connection seen from the other end', () => {
    const elsewhere = line(v4('9C40', '02'), v4('1F41'), '01', 9, 13)
    const other = line(v4('9C40'), v4('1F42'), '01', 9, 14)
    const theirs = line(v4('9C40'), v4('1F41'), '01', 1000, 15)
    expect(peerUser([listens, ours, elsewhere, other, theirs].join('\n'), own, peer)).toBe(1000)
  })

  it('finds programs that reach an IPv4 address through an IPv6 socket, and IPv6 itself', () => {
    expect(peerUser(`${listens}\n${line(mapped('9C40'), mapped('1F41'), '01', 1000, 15)}`, own, peer)).toBe(1000)
    const tables = [line(v6('1F41'), v6('0000'), '0A', 7, 11), line(v6('9C40'), v6('1F41'), '01', 1000, 15)].join('\n')
    expect(peerUser(tables, { ...own, address: '::1' }, { ...peer, address: '::1' })).toBe(1000)
  })

  it('is nobody once the program has closed its socket, which then stands there as root’s', () => {
    expect(peerUser(`${listens}\n${line(v4('9C40'), v4('1F41'), '04', 0, 0)}`, own, peer)).toBe('gone')
    expect(peerUser(`${listens}\n${ours}`, own, peer)).toBe('gone')
  })

  it('is unknown where the tables do not even show that we listen', () => {
    for (const tables of ['', ours, line(v4('9C40'), v4('1F41'), '01', 1000, 15)]) {
      expect(peerUser(tables, own, peer)).toBe('unknown')
    }
  })
})

/** Serves `own` or `stranger` to whoever asks. */
async function serve(host: string, env: Readonly<Record<string, string>> = {}) {
  const server = createServer((request, response) => response.end(isOwn(request.socket) ? 'own' : 'stranger'))
  const isOwn = ownConnectionsOf(server, env)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return { url, stop: () => server.close().closeAllConnections() }
}

describe('ownConnectionsOf', () => {
  it('lets this user’s programs in', async () => {
    const { url, stop } = await serve('127.0.0.1')
    expect(await (await fetch(url)).text()).toBe('own')
    stop()
  })
})

describeWhere(canBeAnotherUser, 'root, to act as two users', 'another user of this computer', () => {
  it('is told from this one, unless that one became root to start us', async () => {
    const served = await serve('127.0.0.1')
    expect(await askAsAnotherUser(served.url)).toMatch(/\r\nstranger\r?\n?/)
    served.stop()
    const underSudo = await serve('127.0.0.1', { SUDO_UID: String(anotherUser) })
    expect(await askAsAnotherUser(underSudo.url)).toContain('own')
    underSudo.stop()
  })

  it('passes where the page listens for more than this computer, as in a container', async () => {
    const served = await serve('0.0.0.0')
    expect(await askAsAnotherUser(served.url)).toContain('own')
    served.stop()
  })

  it('gains nothing from the agent’s link, which its owner can still use', async () => {
    const home = makeAgentHome({ key: false })
    const page = await startAgentPage(home)
    const refused = await askAsAnotherUser(page.startUrl)
    expect(refused).toMatch(/^HTTP\/1\.1 403 /)
    expect(refused).toContain('answers only to the user of this computer who started it')
    expect(refused).not.toMatch(/^set-cookie/im)
    expect((await page.get('/', await page.open())).status).toBe(200)
    await page.stop()
    home.remove()
  })
})
