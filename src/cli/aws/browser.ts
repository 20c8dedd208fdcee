import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure } from '../../errors/failure.ts'
import { ownConnectionsOf } from '../agent/loopback-peer.ts'
import type { CliContext } from '../context.ts'

const waitMs = 60_000

/**
 * Opens an address that is a secret in the browser.
 *
 * Every user of the computer can read what a program is started with, so the browser is started with an address of our
 * own that works once and leads on, and where the system says whose program calls, for nobody else's.
 */
export async function openInBrowser(context: CliContext, url: string): Promise<void> {
  const path = `/${randomBytes(24).toString('base64url')}`
  const server = createServer((request, response) => {
    if (request.url !== path || !isOwn(request.socket)) return response.writeHead(404).end()
    response.writeHead(302, { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).end(stop)
  })
  // Browsers keep connections, and open some to have them ready: the command does not wait for those.
  const stop = () => server.close().closeAllConnections()
  const isOwn = ownConnectionsOf(server, context.env)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const start = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  context.say(`Opening the console. If no browser appears, open ${start} within a minute.`)
  startBrowser(context, start)
  const timer = setTimeout(stop, waitMs)
  await new Promise<void>((resolve) => server.on('close', resolve))
  clearTimeout(timer)
}

function startBrowser(context: CliContext, address: string): void {
  const [program, ...words] = browserCommand(context.env['BROWSER'], process.platform)
  if (program === undefined) throw new Failure('aws_command_missing')
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true })
  child.on('error', () => context.say(`${program} could not be started.`))
  child.unref()
}

/** The words that open an address on a platform. */
export function browserCommand(browser: string | undefined, platform: string): string[] {
  if (browser !== undefined && browser !== '') return [browser]
  if (platform === 'darwin') return ['open']
  return platform === 'win32' ? ['rundll32', 'url.dll,FileProtocolHandler'] : ['xdg-open']
}
