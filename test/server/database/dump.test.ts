import { describe, expect, it } from 'vitest'
import { dump } from '../../../src/server/database/dump.ts'
import { writeSetting } from '../../../src/server/database/settings.ts'
import { engines } from '../../support/engines.ts'

describe.each(engines)('a copy of $name', (engine) => {
  it('is of one moment, while another process goes on writing', async () => {
    const place = await engine.freshPlace()
    const copied = await engine.openStorage({ place })
    const written = await engine.openStorage({ place })
    await written.transaction((tx) => writeSetting(tx, 'before', '', 0))

    const tables: string[] = []
    await dump(copied, false, async ({ table }) => {
      tables.push(table)
      const webhook = { id: 'later', url: '', events: '[]', enabled: 1, created_at_ms: 0 }
      if (table === 'setting') await written.transaction((tx) => tx.insertInto('webhook').values(webhook).execute())
    })

    expect(tables).toEqual(['setting'])
    expect(await written.db.selectFrom('webhook').select('id').execute()).toEqual([{ id: 'later' }])
  })
})
