import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { patienceMs, startMs } from '../../support/console.ts'
import { describeWith, findProgram } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'
import { type AgentPage, startAgentPage } from '../support/agent-page.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describeWith(['gpg', 'chromium'], 'the agent in a browser', () => {
  let home: AgentHome
  let served: AgentPage
  let browser: Browser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'github', '--secret', '-', '--issuer', 'GitHub', '--account', 'alice'], { input: secret })
    await home.run(['add', 'fast', '--secret', '-', '--period', '3'], { input: secret })
    await home.run(['add', '<img src=x onerror=alert(1)>', '--secret', '-'], { input: secret })
    served = await startAgentPage(home)
    const executablePath = findProgram('chromium') ?? ''
    browser = await chromium.launch({ timeout: startMs, executablePath, args: ['--no-sandbox'] })
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], bypassCSP: false })
    context.setDefaultTimeout(patienceMs)
    page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`))
    await page.goto(served.startUrl)
  })
  afterAll(async () => {
    await browser?.close()
    await served?.stop()
    home.remove()
  })

  it('shows every account, and names only as text', async () => {
    expect(await page.locator('.accounts strong').allTextContents()).toEqual([
      '<img src=x onerror=alert(1)>',
      'fast',
      'github',
    ])
    expect(await page.locator('main img').count()).toBe(0)
  })

  it('reveals a code with a countdown and copies it', async () => {
    await page.getByRole('button', { name: 'Reveal the code of github' }).click()
    await expect.poll(() => page.locator('[data-name=github] output').textContent()).toMatch(/^\d{6}$/)
    await expect.poll(() => page.locator('#said').textContent()).toBe('Copied the code of github.')
    // A step may end between the copy and a look at the page.
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect([-1, 0].map((steps) => totp(decodeBase32(secret), Date.now() + steps * 30_000))).toContain(copied)
    expect(await page.locator('[data-name=github] progress').isVisible()).toBe(true)
  })

  it('follows each account’s own period', async () => {
    await page.getByRole('button', { name: 'Reveal the code of fast' }).click()
    const output = page.locator('[data-name=fast] output')
    await expect.poll(() => output.textContent()).toMatch(/^\d{6}$/)
    const first = await output.textContent()
    await expect.poll(() => output.textContent()).not.toBe(first)
  })

  it('a double click leaves one countdown, and a program that ended leaves no code that is over', async () => {
    const other = await page.context().newPage()
    await other.addInitScript(() => {
      const running = new Set<number>()
      const { setInterval: set, clearInterval: clear } = window
      const tell = (started: number) => {
        const { dataset } = document.documentElement
        dataset['started'] = String(Number(dataset['started'] ?? 0) + started)
        dataset['running'] = String(running.size)
      }
      Object.assign(window, {
        setInterval: (work: () => void, everyMs: number) => {
          const id = set(work, everyMs)
          running.add(id)
          tell(1)
          return id
        },
        clearInterval: (id: number) => {
          clear(id)
          running.delete(id)
          tell(0)
        },
      })
    })
    await other.goto(served.origin)
    const told = (name: string) => other.locator('html').getAttribute(`data-${name}`)
    await other.locator('[data-name=github] .reveal').evaluate((button: HTMLButtonElement) => {
      button.click()
      button.click()
    })
    await expect.poll(async () => Number(await told('started')), { timeout: 10_000 }).toBeGreaterThanOrEqual(2)
    expect(Number(await told('running'))).toBeLessThanOrEqual(1)

    await other.getByRole('button', { name: 'Reveal the code of fast' }).click()
    const output = other.locator('[data-name=fast] output')
    await expect.poll(() => output.textContent(), { timeout: 10_000 }).toMatch(/^\d{6}$/)
    await other.route('**/reveal', (route) => route.abort())
    await expect.poll(() => output.textContent(), { timeout: 10_000 }).toBe('')
    expect(await other.locator('#said').textContent()).toContain('watchword agent web')
    await other.close()
  })

  it('filters while one types, and Enter copies the first', async () => {
    await page.reload()
    await page.keyboard.type('alic')
    expect(await page.locator('.accounts li:visible').count()).toBe(1)
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('#said').textContent()).toBe('Copied the code of github.')
    await page.keyboard.type('zzz')
    expect(await page.locator('#nothing').isVisible()).toBe(true)
  })

  it('checks a secret while it is typed, and takes a pasted address', async () => {
    await page.goto(`${served.origin}/add`)
    await page.fill('#secret', 'GEZ1')
    await expect.poll(() => page.locator('#preview').textContent()).toContain('Is it the letter I?')
    await page.evaluate((text) => {
      const data = new DataTransfer()
      data.setData('text', text)
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }))
    }, `otpauth://totp/Pasted:bob?secret=${secret}&issuer=Pasted`)
    await expect.poll(() => page.locator('#preview').textContent()).toMatch(/Its code now is \d{6}/)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForSelector('.qr svg')
    expect(await page.locator('h2').textContent()).toContain('Pasted:bob')
    expect(await home.run(['list'])).toContain('Pasted:bob')
  })

  it('takes a dropped picture', async () => {
    const file = join(home.path, 'code.png')
    await home.run(['qr', 'github', '--yes', '--png', file])
    await page.goto(`${served.origin}/add`)
    await page.fill('#title', 'dropped')
    await page.evaluate(
      (bytes) => {
        const data = new DataTransfer()
        data.items.add(new File([Uint8Array.from(bytes)], 'code.png', { type: 'image/png' }))
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
      },
      [...readFileSync(file)],
    )
    await page.getByRole('button', { name: 'Save' }).click()
    await page.waitForSelector('.qr svg')
    expect(await home.run(['list'])).toContain('dropped')
  })

  it.each(['/', '/add'])(
    '%s has nothing a screen reader stumbles over, on a phone and in the dark too',
    async (path) => {
      await page.setViewportSize({ width: 320, height: 640 })
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.goto(served.origin + path)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBeLessThanOrEqual(320)
      // The devtools protocol may evaluate what the page's own policy rightly refuses.
      const violations = await page.evaluate(
        `${axeSource};axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ' ' + html)))`,
      )
      expect(violations).toEqual([])
    },
  )

  it('runs without an error in the console', () => {
    expect(problems).toEqual([])
  })
})
