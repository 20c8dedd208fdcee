import { openStoreRooms } from '../../src/cli/admin/store-rooms.ts'
import { importUngleichotp, readOldEntries } from '../../src/server/compat/ungleichotp/import.ts'
import { readUngleichotpRules } from '../../src/server/compat/ungleichotp/settings.ts'
import { openForeign } from '../../src/server/database/foreign.ts'
import { doorParts } from '../../src/server/door-parts.ts'

/**
 * A process that takes ungleichotp's database over and is killed when so many rows were taken and the next ones are
 * under way: `kill -9` in the middle of an import, wherever the machine's load would have put it.
 */
const [source = '', dataDir = '', mostRows = '0'] = process.argv.slice(2)
const entries = await readOldEntries(await openForeign(source))
const by = { actor: { kind: 'operator', name: 'test', address: '' }, address: '', door: 'cli' } as const
const rooms = await openStoreRooms({}, { dataDir }, { schema: 'begin' })
await importUngleichotp(doorParts(rooms), readUngleichotpRules({}), entries, by, {
  isDryRun: false,
  onRow: (done) => {
    if (done >= Number(mostRows)) setImmediate(() => process.kill(process.pid, 'SIGKILL'))
  },
})
