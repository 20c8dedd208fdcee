import { isFailure } from '../../src/errors/failure.ts'
import { importFile } from '../../src/importers/import-file.ts'
import { fc } from '../support/property.ts'

/** What an import may do with any bytes at all: end with a report whose sum adds up, or with a failure of ours. */
export async function endsInOrder(bytes: Uint8Array, password: string): Promise<boolean> {
  try {
    const report = await importFile(bytes, { password })
    const skipped = report.skipped.reduce((sum, { count }) => sum + count, 0)
    return report.entries.length + report.failures.length + skipped === report.total
  } catch (thrown) {
    return isFailure(thrown)
  }
}

/**
 * A file cut anywhere, with any byte changed, and with any piece repeated.
 *
 * @throws when one such file does not end in order; the message names it
 */
export async function fuzz(bytes: Uint8Array, password: string, runs: number): Promise<void> {
  const place = fc.nat({ max: Math.max(0, bytes.length - 1) })
  const cut = place.map((length) => bytes.subarray(0, length))
  const altered = fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
    const copy = Uint8Array.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ flip
    return copy
  })
  const repeated = fc.tuple(place, place, fc.integer({ min: 2, max: 5 })).map(([one, other, times]) => {
    const [start, end] = [Math.min(one, other), Math.max(one, other)]
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array<Uint8Array>(times).fill(bytes.subarray(start, end)),
      bytes.subarray(end),
    ])
  })
  const input = fc.oneof(cut, altered, repeated)
  await fc.assert(
    fc.asyncProperty(input, (file) => endsInOrder(file, password)),
    { numRuns: runs },
  )
}
