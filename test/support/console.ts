import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import jsQr from 'jsqr'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { freePort } from './free-port.ts'
import { findProgram } from './programs.ts'

const project = resolve(import.meta.dirname, '../..')

/** Where the screenshots of the README lie; written only when asked for, so that a run changes no file. */
const pictures = process.env['WATCHWORD_SCREENSHOTS'] === '1' ? join(project, 'docs/images') : null

/** A server that was never set up, as `npm start` makes it. */
export interface ConsoleServer {
  readonly url: string
  /** The link that makes the first administrator. */
  readonly setupUrl: string
  readonly folder: string
  stop(): Promise<void>
  /** Starts again on the same port and folder. */
  start(): Promise<void>
}

/** Starts a server on an empty folder. */
export async function startConsole(): Promise<ConsoleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-console-'))
  // It comes back at the port it had, which nobody must be given meanwhile.
  const port = await freePort()
  let child = serve(folder, port)
  const printed = addressesOf(child)
  const url = String((await printed.next()).value)
  const setupUrl = String((await printed.next()).value)
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  return {
    url,
    setupUrl,
    folder,
    stop: end,
    async start() {
      child = serve(folder, port)
      await addressesOf(child).next()
    },
  }
}

function serve(folder: string, port: number): ChildProcess {
  const args = ['serve', '--data-dir', folder, '--port', String(port)]
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(WATCHWORD|OIDC|TOTPSHARE)_/.test(name)),
  )
  return spawn(process.execPath, [join(project, 'src/cli/main.ts'), ...args], {
    cwd: project,
    env: { ...env, WATCHWORD_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Addresses the server prints, one a line: where it serves, then the setup link while there is one. */
async function* addressesOf(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout === null) throw new Error('no output to read')
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /https?:\/\/\S+/.exec(line)?.[0]
    if (address !== undefined && !line.startsWith('{')) yield address
  }
  throw new Error('the server ended before it listened')
}

/** Removes what a server left behind. */
export function removeFolder({ folder }: ConsoleServer): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Below the limits of a test, so that a failure says what was waited for: how long a browser may take to start. */
export const startMs = 120_000
/** And what is waited for on a page. */
export const patienceMs = 90_000

/** Starts Debian's Chromium, which talks to loopback only. */
export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  const quiet = ['background-networking', 'component-update', 'sync', 'gpu', 'quic', 'default-apps', 'extensions']
  return chromium.launch({
    timeout: startMs,
    executablePath: findProgram('chromium') ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--no-first-run', '--headless', ...quiet.map((name) => `--disable-${name}`), ...args],
  })
}

/** A page in a browser of its own, and everything that went wrong on it. */
export interface Visit {
  readonly page: Page
  /** Script errors, refused resources and requests that left the origin. */
  readonly faults: string[]
  close(): Promise<void>
}

/** Opens a page with its own cookies and storage. */
export async function visit(
  browser: Browser,
  origins: readonly string[],
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: 'en-GB', ...options })
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('dialog', (dialog) => {
    faults.push(`a dialog opened: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text())
  })
  page.on('request', (request) => {
    const address = request.url()
    const isOurs = page.url().startsWith(origins[0] ?? '')
    if (isOurs && address.startsWith('http') && !origins.includes(new URL(address).origin))
      faults.push(`a request left the origin: ${address}`)
  })
  return { page, faults, close: () => context.close() }
}

/** What axe-core finds wrong on a page, one line each. */
export async function violations(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(source)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(node: unknown): Promise<AxeResults> } }
    const results = await axe.run(document)
    return results.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    )
  })
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

/** The text of the QR code a page shows, read by a second decoder from its pixels. */
export async function readQr(page: Page, selector = 'img.ww-qr'): Promise<string> {
  const image = page.locator(selector)
  // It has its place before it is drawn.
  await image.evaluate((element: HTMLImageElement) => element.decode())
  const picture = PNG.sync.read(await image.screenshot({ scale: 'css' }))
  const found = jsQr.default(new Uint8ClampedArray(picture.data), picture.width, picture.height)
  if (found === null) throw new Error('the QR code on the page cannot be read')
  return found.data
}

/** Keeps a picture for the README. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (pictures !== null) await page.screenshot({ path: join(pictures, `${name}.png`) })
}
