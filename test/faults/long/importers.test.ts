import { describe, expect, it } from 'vitest'
import { fuzz } from '../../importers/fuzz.ts'
import { writtenFiles } from '../../importers/writers/all.ts'

describe('T98 thousands of broken files', () => {
  it.each(writtenFiles)(
    'of %s end in order',
    async (_title, file) => {
      const runs = file.password === undefined ? 3000 : 100
      await expect(fuzz(await file.write(), file.password ?? '', runs)).resolves.toBeUndefined()
    },
    300_000,
  )
})
