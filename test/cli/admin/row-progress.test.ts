import { expect, it } from 'vitest'
import { withRowProgress } from '../../../src/cli/admin/row-progress.ts'

async function shownOn(isTerminal: boolean, { isDryRun = false, fails = false } = {}): Promise<string> {
  const written: string[] = []
  const write = (text: string | Uint8Array) => written.push(String(text))
  const context = { stderr: { isTerminal, write }, say: (sentence: string) => void write(`${sentence}\n`) }
  const run = withRowProgress(context, isDryRun, async (onRow) => {
    onRow(100, 250)
    if (fails) throw new Error('the database went away')
    onRow(250, 250)
  })
  await run.catch(() => {})
  return written.join('')
}

it('counts rows on a terminal, on one line that is gone at the end', async () => {
  expect(await shownOn(true)).toBe('\r100 of 250 rows\u001b[K\r250 of 250 rows\u001b[K\r\u001b[K')
})

it('writes nothing into files and pipes', async () => {
  expect(await shownOn(false)).toBe('')
})

it('says how far an import came that failed, and how to go on', async () => {
  expect(await shownOn(false, { fails: true })).toBe(
    'It stopped after 100 of 250 rows; run it again to go on from there.\n',
  )
  expect(await shownOn(false, { fails: true, isDryRun: true })).toBe('')
})
