import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { codeOf } from '../../src/otp/code.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { launchChromium, type Visit, visit } from './console.ts'
import {
  caller,
  createStore,
  type Initialised,
  initialise,
  passphrase,
  startTestServer,
  type TestServer,
} from './server.ts'

/** A server with the administrator `ada`, a browser, and a token that may do everything. */
export interface SharedConsole {
  readonly server: TestServer
  readonly browser: Browser
  readonly admin: Initialised['admin']
  readonly call: ReturnType<typeof caller>
  /** A browser of her own in which the administrator is logged in. */
  visitAsAda(options?: BrowserContextOptions): Promise<Visit>
  /** A browser of their own in which a new member is logged in. */
  visitAs(username: string, options?: BrowserContextOptions): Promise<Visit>
  stop(): Promise<void>
}

/** Starts {@link SharedConsole}. */
export async function startSharedConsole(): Promise<SharedConsole> {
  const store = createStore()
  const { rootToken, admin } = initialise(store)
  const server = await startTestServer(store.variables)
  const browser = await launchChromium()
  const call = caller(server, rootToken)
  let adaState: Awaited<ReturnType<ReturnType<Page['context']>['storageState']>> | null = null
  return {
    server,
    browser,
    admin,
    call,
    async visitAsAda(options = {}) {
      const seen = await visit(
        browser,
        [server.url],
        adaState === null ? options : { ...options, storageState: adaState },
      )
      if (adaState === null) {
        const code = codeOf(parseOtpauthUri(admin.otpauthUri).account, Date.now())
        await post(seen.page, server.url, '/v1/login', { username: 'ada', passphrase, code })
        adaState = await seen.page.context().storageState()
      }
      return seen
    },
    async visitAs(username, options = {}) {
      const { body } = await call('POST', '/v1/people', { username })
      const setupToken = new URL(String(body['setupUrl'])).hash.slice(1)
      const seen = await visit(browser, [server.url], options)
      const begun = await post(seen.page, server.url, '/v1/setup/begin', { setupToken, passphrase })
      const code = codeOf(parseOtpauthUri(String(begun['otpauthUri'])).account, Date.now())
      await post(seen.page, server.url, '/v1/setup/finish', { ticket: begun['ticket'], code })
      return seen
    },
    async stop() {
      await browser.close()
      await server.kill()
      store.remove()
    },
  }
}

/** Asks the server from a page of its own, so that the browser keeps the cookies. */
async function post(page: Page, url: string, path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  if (!page.url().startsWith(url)) await page.goto(url)
  const answer = await page.evaluate(
    async ([address, json]) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(address, { method: 'POST', headers, body: json })
      return { isGood: response.ok, text: await response.text() }
    },
    [path, JSON.stringify(body)] as const,
  )
  if (!answer.isGood) throw new Error(`${path} was refused: ${answer.text}`)
  return JSON.parse(answer.text) as Readonly<Record<string, unknown>>
}

/** Adds an account through the API; answers its id. */
export async function addAccount({ call }: SharedConsole, given: object): Promise<string> {
  const { body, text } = await call('POST', '/v1/accounts', given)
  if (typeof body['id'] !== 'string') throw new Error(text)
  return body['id']
}
