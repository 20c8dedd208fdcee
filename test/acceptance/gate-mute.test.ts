import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { exchange } from '../support/gate/exchange.ts'
import { programOf, type RunningProxy, startPrintedProxy, type TestedProxy } from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

/** What stands at the gate's port, by the name a visitor gives as its User-Agent; nothing more follows. */
const answers: Readonly<Record<string, string>> = {
  passes: 'HTTP/1.1 200 OK\r\nRemote-User: alice\r\nContent-Length: 0\r\n\r\n',
  mute: '',
  'half a head': 'HTTP/1.1 200 OK\r\nRemote-User: ali',
  nonsense: 'hello\r\n\r\n',
  'status 2000': 'HTTP/1.1 2000 OK\r\nRemote-User: alice\r\nContent-Length: 0\r\n\r\n',
  'status 200200': 'HTTP/1.1 200200 OK\r\nRemote-User: alice\r\nContent-Length: 0\r\n\r\n',
  'status 200x': 'HTTP/1.1 200x OK\r\nRemote-User: alice\r\nContent-Length: 0\r\n\r\n',
  'status 000': 'HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n',
  'only hints': 'HTTP/1.1 103 Early Hints\r\n\r\n',
  'another protocol': 'HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
}
const proxies: readonly TestedProxy[] = ['nginx', 'caddy', 'haproxy', 'apache']

for (const kind of proxies) {
  describeWith([programOf[kind]], `a gate that is none behind ${kind}`, () => {
    let gate: Server
    let app: EchoApp
    let proxy: RunningProxy
    const open = new Set<Socket>()

    beforeAll(async () => {
      app = await startEchoApp()
      gate = createServer((socket) => {
        open.add(socket)
        socket.on('error', () => socket.destroy())
        socket.once('data', (head) => {
          const [, visitor = ''] = /^user-agent: (.*)\r$/im.exec(head.toString('latin1')) ?? []
          socket.write(answers[visitor] ?? '')
        })
      }).listen(0, '127.0.0.1')
      await once(gate, 'listening')
      proxy = await startPrintedProxy(kind, { gatePort: (gate.address() as AddressInfo).port, appPort: app.port })
    })
    afterAll(async () => {
      await proxy.stop()
      for (const socket of open) socket.destroy()
      gate.close()
      await app.close()
    })

    it('B2 lets nobody pass and keeps nobody waiting', async () => {
      const ask = async (visitor: string) => {
        const headers = { host: `app.example.test:${proxy.port}`, 'user-agent': visitor }
        const { status, body } = await exchange(proxy.port, '/secret', { headers }).catch(closed)
        return [visitor, status >= 200 && status < 300 && body.startsWith('{"method"')]
      }
      const expected = Object.keys(answers).map((visitor) => [visitor, visitor === 'passes'])
      expect(await Promise.all(Object.keys(answers).map(ask))).toEqual(expected)
    })
  })
}

/** A proxy that breaks the connection off has let nobody pass. */
function closed(error: Error): { status: number; body: string } {
  if (error.message.startsWith('no answer')) throw error
  return { status: 0, body: '' }
}
