import { afterEach, beforeEach, expect, it, vi } from 'vitest'

/** A browser that lets pages write to the clipboard and not read it, as Firefox and Safari do. */
async function openPage() {
  const page = new EventTarget()
  const clipboard = { text: '' }
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('document', { hasFocus: () => true })
  vi.stubGlobal('navigator', {
    clipboard: { writeText: async (text: string) => void (clipboard.text = text) },
    permissions: { query: () => Promise.reject(new TypeError('no such permission')) },
  })
  vi.resetModules()
  const { copyCode, copyText } = await import('../../web/src/codes/clipboard.ts')
  return { page, clipboard, copyCode, copyText }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('takes a code out of the clipboard when it ends', async () => {
  const { clipboard, copyCode } = await openPage()
  await copyCode('111111', 5000)
  await vi.advanceTimersByTimeAsync(4999)
  expect(clipboard.text).toBe('111111')
  await vi.advanceTimersByTimeAsync(1)
  expect(clipboard.text).toBe('')
})

it('leaves a code that was copied after it, until that one ends', async () => {
  const { clipboard, copyCode } = await openPage()
  await copyCode('111111', 5000)
  await copyCode('222222', 25_000)
  await vi.advanceTimersByTimeAsync(24_999)
  expect(clipboard.text).toBe('222222')
  await vi.advanceTimersByTimeAsync(1)
  expect(clipboard.text).toBe('')
})

it('leaves what was copied after it by a button or by hand', async () => {
  const { page, clipboard, copyCode, copyText } = await openPage()
  await copyCode('111111', 5000)
  await copyText('recovery codes')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(clipboard.text).toBe('recovery codes')
  await copyCode('111111', 5000)
  clipboard.text = 'a line of this page'
  page.dispatchEvent(new Event('copy'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(clipboard.text).toBe('a line of this page')
})
