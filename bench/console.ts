import { type Browser, chromium, type Page } from 'playwright-core'
import { encodeBase32 } from '../src/otp/base32.ts'
import { createStore, initialise, passphrase, startTestServer } from '../test/support/server.ts'
import { atMost, type Measurement, median, type Row } from './row.ts'

const accounts = 5000
const rounds = 5

/** What a visitor of the console waits for, in Debian's Chromium with five thousand accounts. */
export const consoleMeasurement: Measurement = {
  name: 'console',
  async measure() {
    const store = createStore()
    const { admin } = initialise(store)
    const server = await startTestServer(store.variables)
    const browser = await launch()
    try {
      const page = await browser.newPage()
      const loaded = await firstLoad(browser, server.url)
      await logIn(page, server.url, admin.recoveryCodes[0] ?? '')
      await fill(page)
      await page.goto(server.url)
      await page.getByText(/5,000 accounts/).waitFor({ timeout: 60_000 })
      return [...loaded, await keyPress(page), await codeOnScreen(page)]
    } finally {
      await browser.close()
      await server.stop()
      store.remove()
    }
  },
}

function launch(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--headless']
  return chromium.launch({ executablePath: '/usr/bin/chromium', args })
}

async function firstLoad(browser: Browser, url: string): Promise<Row[]> {
  const usable: number[] = []
  const bare: number[] = []
  let sizes = { compressed: 0, plain: 0 }
  for (let round = 0; round < rounds; round += 1) {
    const page = await browser.newPage()
    bare.push(await timeOf(() => page.goto(`${url}/mark.svg`)))
    usable.push(
      await timeOf(async () => {
        await page.goto(url)
        await page.getByLabel('User name').waitFor()
      }),
    )
    sizes = await page.evaluate(() => {
      const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'))
      const sum = (of: (entry: PerformanceResourceTiming) => number) =>
        scripts.reduce((total, entry) => total + of(entry as PerformanceResourceTiming), 0)
      return { compressed: sum((entry) => entry.encodedBodySize), plain: sum((entry) => entry.decodedBodySize) }
    })
    await page.close()
  }
  const size = {
    value: sizes.compressed / 1000,
    unit: 'kB',
    yardstick: 'uncompressed',
    yardstickValue: sizes.plain / 1000,
  }
  const time = { value: median(usable), unit: 'ms', yardstick: 'one picture', yardstickValue: median(bare) }
  return [atMost('console first load', size, 250), atMost('console usable', time, 1000)]
}

async function logIn(page: Page, url: string, recoveryCode: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('User name').fill('ada')
  await page.getByLabel('Passphrase').fill(passphrase)
  await page.getByLabel('Recovery code').fill(recoveryCode)
  await page.getByRole('button', { name: 'Log in', exact: true }).click()
  await page.getByRole('button', { name: 'Log out' }).waitFor()
}

/** Adds the accounts as an import does, with the right to see their codes. */
async function fill(page: Page): Promise<void> {
  const uris = Array.from({ length: accounts }, (_, index) => {
    const secret = new TextEncoder().encode(`secret of number ${String(index).padStart(5, '0')}`)
    return `otpauth://totp/Number%20${index}?secret=${encodeBase32(secret)}`
  })
  const status = await page.evaluate(async (text) => {
    const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
    const post = (path: string, body: object) => fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
    const read = (await (await post('/v1/accounts/candidates', { text })).json()) as {
      batch: string
      candidates: { ref: string }[]
    }
    const refs = read.candidates.map(({ ref }) => ref)
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    return (await post(`/v1/accounts/candidates/${read.batch}`, { refs, grants })).status
  }, uris.join('\n'))
  if (status !== 200) throw new Error(`adding ${accounts} accounts answered ${status}`)
}

/** From a key press in the filter to the next frame, the slowest of several. */
async function keyPress(page: Page): Promise<Row> {
  const filter = page.getByLabel('Filter by name')
  await filter.focus()
  const frames = await page.evaluate(async () => {
    const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const start = await frame()
    return (await frame()) - start
  })
  await page.evaluate(() => {
    const target = globalThis as unknown as { delays: number[] }
    target.delays = []
    document.addEventListener('input', (event) => {
      requestAnimationFrame(() => setTimeout(() => target.delays.push(performance.now() - event.timeStamp)))
    })
  })
  await filter.pressSequentially('number 47', { delay: 120 })
  await page.waitForTimeout(300)
  const delays = await page.evaluate(() => (globalThis as unknown as { delays: number[] }).delays)
  const figures = { value: Math.max(...delays), unit: 'ms', yardstick: 'one frame', yardstickValue: frames }
  return atMost('console key press', figures, 50)
}

/** From pressing "Show code" to the code on the screen, beside the bare request. */
async function codeOnScreen(page: Page): Promise<Row> {
  const figures: number[] = []
  for (let row = 0; row < rounds; row += 1) {
    figures.push(
      await page.evaluate(async (index) => {
        const before = document.querySelectorAll('[data-testid=code]').length
        const start = performance.now()
        document.querySelector<HTMLElement>(`[data-row="${index}"]`)?.click()
        while (document.querySelectorAll('[data-testid=code]').length === before) {
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        return performance.now() - start
      }, row),
    )
  }
  const bare = await page.evaluate(async () => {
    const me = (await (await fetch('/v1/me')).json()) as { csrfToken: string }
    const { items } = (await (await fetch('/v1/accounts?limit=1')).json()) as { items: { id: string }[] }
    const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrfToken }
    const start = performance.now()
    await fetch(`/v1/accounts/${items[0]?.id}/reveal`, { method: 'POST', headers, body: '{}' })
    return performance.now() - start
  })
  const row = { value: median(figures), unit: 'ms', yardstick: 'the bare request', yardstickValue: bare }
  return atMost('console code on screen', row, 100)
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}
