import { randomBytes } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'
import { moveStore } from '../../server/backup/move.ts'
import { compareProofs, proveCodes } from '../../server/backup/codes.ts'
import type { Config } from '../../server/config.ts'
import { type OpenCore, openCore } from '../../server/open-core.ts'
import type { CliContext } from '../context.ts'
import { withStore } from '../open-store.ts'
import type { StoreFlags } from '../server-options.ts'
import { throughRows } from './through-rows.ts'

interface MigrateFlags extends StoreFlags {
  readonly to: string
  readonly json: boolean
}

/** Copies everything, compares counts and codes, and closes the old store only when both agree. */
export async function migrate(this: CliContext, flags: MigrateFlags): Promise<void> {
  const move = async (source: OpenCore) => {
    if (source.storage.engine !== 'sqlite') throw new Failure('migrate_same')
    const target = { ...source.config, databaseUrl: flags.to }
    const moved = await throughRows(this, ({ begin }) => {
      const prove = () => {
        begin('comparing codes and the audit chain')
        return proveMove(source, target, this.now())
      }
      return moveStore(source, target, { onRows: begin('copied'), prove })
    })
    if (flags.json) return this.printJson(moved)
    this.print(
      `Moved ${moved.rows} rows; ${moved.codes} codes agree and the audit chain is whole. Start servers with WATCHWORD_DATABASE_URL now.`,
    )
  }
  // A move that was cut short at its very end has closed the old store already, and is finished from there.
  await withStore(this, flags, move, { allowsMoved: true })
}

/** Answers how many codes agree. @throws {@link Failure} `migrate_differs` */
async function proveMove(source: OpenCore, target: Config, atMs: number): Promise<number> {
  const key = randomBytes(32)
  const moved = await openCore(target, source.services, 'as it is', { isRehearsal: true })
  try {
    const copied = await proveCodes(moved, key, atMs)
    const { same, ...others } = compareProofs(await proveCodes(source, key, atMs, copied), copied)
    const different = Object.values(others).flat()
    const { whole } = await moved.audit.verify()
    if (different.length > 0 || !whole) throw new Failure('migrate_differs', { detail: { count: different.length } })
    return same
  } finally {
    await moved.close()
  }
}
