import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectFormat, importFile } from '../../src/importers/import-file.ts'
import { containerFiles } from './writers/containers.ts'
import { tableFiles } from './writers/tables.ts'
import { plainFiles } from './writers/plain-json.ts'
import { essentials, type WrittenFile } from './writers/samples.ts'
import { sealedFiles } from './writers/sealed.ts'

const files = [...plainFiles, ...tableFiles, ...containerFiles, ...sealedFiles]
const titled = files.map((file) => [`${file.format}, ${file.what}`, file] as const)
const sealed = titled.filter(([, file]) => file.password !== undefined)
const passwordOf = (file: WrittenFile): { password?: string } =>
  file.password === undefined ? {} : { password: file.password }

describe.each(titled)('%s', (_title, file) => {
  it('T97 is recognised from its content and yields exactly its accounts', async () => {
    const bytes = await file.write()
    const requirement = file.password === undefined ? 'nothing' : 'password'
    expect(detectFormat(bytes)).toMatchObject({ format: file.format, requirement })
    const report = await importFile(bytes, passwordOf(file))
    expect(report.failures).toEqual([])
    expect(report.entries.map(essentials)).toEqual(file.accounts.map(essentials))
    expect(report.total).toBe(file.accounts.length + (file.skipped ?? 0))
    expect(report.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(file.skipped ?? 0)
  })

  it('T98 ends with a report that adds up or a failure of ours, cut anywhere', async () => {
    const bytes = await file.write()
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), async (length) => {
        await expectControlledEnd(bytes.subarray(0, length), '')
      }),
      { numRuns: 25 },
    )
  })

  it('T98 ends with a report that adds up or a failure of ours, whichever byte changes', async () => {
    const bytes = await file.write()
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const altered = Uint8Array.from(bytes)
        altered[at] = (altered[at] ?? 0) ^ flip
        await expectControlledEnd(altered, '')
      }),
      { numRuns: 25 },
    )
  })
})

describe.each(sealed)('%s', (_title, file) => {
  it('asks for a password, then tells a wrong one from a right one', async () => {
    const bytes = await file.write()
    await expect(importFile(bytes)).rejects.toThrow(expect.objectContaining({ code: 'import_password_needed' }))
    await expect(importFile(bytes, { password: 'wrong' })).rejects.toThrow(
      expect.objectContaining({ code: 'import_password_wrong' }),
    )
  })
})

async function expectControlledEnd(bytes: Uint8Array, password: string): Promise<void> {
  const outcome: unknown = await importFile(bytes, { password }).catch((thrown: unknown) => thrown)
  if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'Failure' })
  else expectSum(outcome as Awaited<ReturnType<typeof importFile>>)
}

function expectSum(report: Awaited<ReturnType<typeof importFile>>): void {
  const skipped = report.skipped.reduce((sum, { count }) => sum + count, 0)
  expect(report.entries.length + report.failures.length + skipped).toBe(report.total)
}
