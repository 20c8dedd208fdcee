import { beforeAll, describe, expect, it } from 'vitest'
import { detectFormat, importFile } from '../../src/importers/import-file.ts'
import { fuzz } from './fuzz.ts'
import { writtenFiles } from './writers/all.ts'
import { essentials } from './writers/samples.ts'

describe.each(writtenFiles)('%s', (_title, file) => {
  let bytes: Uint8Array
  beforeAll(async () => {
    bytes = await file.write()
  })

  it('T97 is recognised from its content and yields exactly its accounts', async () => {
    const requirement = file.password === undefined ? 'nothing' : 'password'
    expect(detectFormat(bytes)).toMatchObject({ format: file.format, requirement })
    const report = await importFile(bytes, { password: file.password ?? '' })
    expect(report.failures).toEqual([])
    expect(report.entries.map(essentials)).toEqual(file.accounts.map(essentials))
    expect(report.total).toBe(file.accounts.length + (file.skipped ?? 0))
    expect(report.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(file.skipped ?? 0)
  })

  it('T98 ends in order however it is cut, altered or repeated', async () => {
    // Behind a password every try costs a key; the long rounds spend that time.
    await expect(fuzz(bytes, '', 100)).resolves.toBeUndefined()
  })
})

describe.each(writtenFiles.filter(([, file]) => file.password !== undefined))('%s', (_title, file) => {
  it('asks for a password, then tells a wrong one from a right one', async () => {
    const bytes = await file.write()
    await expect(importFile(bytes)).rejects.toThrow(expect.objectContaining({ code: 'import_password_needed' }))
    await expect(importFile(bytes, { password: 'wrong' })).rejects.toThrow(
      expect.objectContaining({ code: 'import_password_wrong' }),
    )
  })
})
