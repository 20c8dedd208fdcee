import { randomBytes } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'
import { moveStore } from '../../server/backup/move.ts'
import { compareProofs, proveCodes } from '../../server/backup/codes.ts'
import { openCore } from '../../server/open-core.ts'
import type { CliContext } from '../context.ts'
import { withStore } from '../open-store.ts'
import type { StoreFlags } from '../server-options.ts'

interface MigrateFlags extends StoreFlags {
  readonly to: string
  readonly json: boolean
}

/** Copies everything, compares counts and codes, and closes the old store only when both agree. */
export async function migrate(this: CliContext, flags: MigrateFlags): Promise<void> {
  await withStore(this, flags, async (source) => {
    if (source.storage.engine !== 'sqlite') throw new Failure('migrate_same')
    const target = { ...source.config, databaseUrl: flags.to }
    const counts = await moveStore(source, target, {
      onProgress: (table, rows) => flags.json || this.say(`${table}: ${rows} rows`),
      prove: async () => {
        const key = randomBytes(32)
        const atMs = this.now()
        const moved = await openCore(target, source.services)
        try {
          const copied = await proveCodes(moved, key, atMs)
          const { same, ...others } = compareProofs(await proveCodes(source, key, atMs, copied), copied)
          const different = Object.values(others).flat()
          const { whole } = await moved.audit.verify()
          if (different.length > 0 || !whole)
            throw new Failure('migrate_differs', { detail: { count: different.length } })
          return same
        } finally {
          await moved.close()
        }
      },
    })
    if (flags.json) this.printJson(counts)
    else
      this.print(
        `Moved ${counts.rows} rows; ${counts.codes} codes agree and the audit chain is whole. Start servers with WATCHWORD_DATABASE_URL now.`,
      )
  })
}
