import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { exchange } from '../support/gate/exchange.ts'
import { commandsIn, openShell } from '../support/guide.ts'
import { describeWith } from '../support/programs.ts'
import { createStore, initialise, startTestServer } from '../support/server.ts'

describeWith(['sh'], "the gate's guide, pasted", () => {
  it('B8 makes a gate token that opens what it names and nothing else', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { rootToken } = initialise(store)
    const server = await startTestServer(store.variables)
    onTestFinished(() => server.stop())
    const tokenFile = join(store.folder, 'root.token')
    writeFileSync(tokenFile, rootToken)
    const { paste } = openShell({ WATCHWORD_SERVER: server.url, WATCHWORD_TOKEN_FILE: tokenFile })
    const [make = ''] = commandsIn('gate.md', 'People, devices, limits')
    const token = paste(make).stdout.trim()
    const check = async (url: string, method = 'GET') => {
      const visit = { 'x-original-url': url, 'x-original-method': method, authorization: `Bearer ${token}` }
      return (await exchange(server.port, '/check/nginx', { headers: visit })).status
    }
    expect(await check('https://app.example.com/api/status')).toBe(200)
    expect(await check('https://app.example.com/')).toBe(401)
    expect(await check('https://app.example.com/api/status', 'POST')).toBe(401)
    expect(await check('https://wiki.example.com/api/status')).toBe(401)
  })

  it('prints a file that nginx takes', () => {
    const { paste } = openShell()
    const [print = ''] = commandsIn('gate.md', 'In five minutes')
    const told = paste(`${print.replace('/etc/nginx/conf.d/app.conf', 'app.conf')}\ncat app.conf`)
    expect(told).toMatchObject({ status: 0, stderr: '' })
    expect(told.stdout).toContain('server_name app.example.com;')
  })
})
