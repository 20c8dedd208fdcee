import type { Queryable, Tx } from '../../database/storage.ts'

const key = 'totpshare.imported'

/** Names of files that were taken over before, so that a deleted account does not come back at the next start. */
export async function importedFiles(db: Queryable): Promise<Set<string>> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  return new Set(row === undefined ? [] : (JSON.parse(row.value) as string[]))
}

export async function noteImportedFile(tx: Tx, fileName: string, nowMs: number): Promise<void> {
  const value = JSON.stringify([...(await importedFiles(tx)).add(fileName)])
  await tx
    .insertInto('setting')
    .values({ key, value, updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at_ms: nowMs }))
    .execute()
}
