import { expect, it } from 'vitest'
import { rowProgress } from '../../../src/cli/admin/row-progress.ts'

function shownOn(isTerminal: boolean): string {
  const written: string[] = []
  const progress = rowProgress({ isTerminal, write: (text) => written.push(String(text)) })
  for (let done = 1; done <= 250; done++) progress.onRow(done, 250)
  progress.end()
  return written.join('')
}

it('counts rows on a terminal, on one line that is gone at the end', () => {
  expect(shownOn(true)).toBe('\r100 of 250 rows\r200 of 250 rows\r\u001b[2K')
})

it('writes nothing into files and pipes', () => {
  expect(shownOn(false)).toBe('')
})
