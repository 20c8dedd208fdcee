import { describe, expect, it } from 'vitest'
import { throughRows } from '../../src/cli/backup/through-rows.ts'

function stderrOf(isTerminal: boolean) {
  const written: string[] = []
  return { written, stderr: { isTerminal, write: (text: string | Uint8Array) => void written.push(String(text)) } }
}

describe('a command that goes through all rows', () => {
  it('tells a person how far it is, part by part, and clears the line', async () => {
    const { written, stderr } = stderrOf(true)
    await throughRows({ stderr }, async ({ begin }) => {
      await begin('read')(1000)
      const onRows = begin('restored', 1500)
      await onRows(1000)
      await onRows(500)
    })
    expect(written.map((text) => text.replace('\r', '').replace('\u001b[K', ''))).toEqual([
      'read',
      'read: 1000 rows',
      'restored',
      'restored: 1000 of 1500 rows',
      'restored: 1500 of 1500 rows',
      '',
    ])
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends at %s between two pages, once and for this work alone',
    async (signal) => {
      const { written, stderr } = stderrOf(false)
      let pages = 0
      const work = throughRows({ stderr }, async (course) => {
        const onRows = course.begin('written')
        for (; pages < 5; pages += 1) {
          if (pages === 2) process.emit(signal)
          await onRows(1)
        }
      })
      await expect(work).rejects.toMatchObject({ code: 'interrupted' })
      expect({ pages, written, left: process.listenerCount(signal) }).toEqual({
        pages: 2,
        written: [],
        left: listeners[signal],
      })
    },
  )
})

const listeners = {
  SIGINT: process.listenerCount('SIGINT'),
  SIGTERM: process.listenerCount('SIGTERM'),
  SIGHUP: process.listenerCount('SIGHUP'),
}
