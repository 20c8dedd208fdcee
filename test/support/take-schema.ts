// Writes test/vectors/schemas/N.json: a filled store as the schema N of this checkout keeps it, and what must hold of it.
// Run once before a migration N + 1 is written: node test/support/take-schema.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { notCopied } from '../../src/server/database/dump.ts'
import { databaseFileName } from '../../src/server/database/open.ts'
import { schemaVersion } from '../../src/server/database/migrations/migrations.ts'
import { fillStore } from './filled-store.ts'
import { encodeRow, type KeptSchema } from './kept-schema.ts'
import { createStore, initialise, startTestServer } from './server.ts'

// The codes used in it lie years back, so that the clock of no machine that runs tests stands before them.
const early = `const now = Date.now; Date.now = () => now() - ${5 * 365 * 86_400_000}`
process.env['NODE_OPTIONS'] = `--import=data:text/javascript,${encodeURIComponent(early)}`
await import(`data:text/javascript,${encodeURIComponent(early)}`)

const store = createStore()
const made = initialise(store)
const server = await startTestServer(store.variables)
const known = await fillStore(server, made)
await server.stop()

const database = new DatabaseSync(join(store.folder, databaseFileName), { readOnly: true })
const tables = database
  .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`)
  .all()
  .map(({ name }) => String(name))
  .filter((name) => !notCopied.some((made) => made === name))
const rows = Object.fromEntries(
  tables.map((name) => [
    name,
    database
      .prepare(`select * from "${name}"`)
      .all()
      .map((row) => encodeRow(row)),
  ]),
)
database.close()
const rootKey = readFileSync(join(store.folder, 'watchword.key'), 'utf8').trim()
const kept: KeptSchema = { schemaVersion, takenAtMs: Date.now(), rootKey, known, rows }
const folder = join(import.meta.dirname, '../vectors/schemas')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, `${schemaVersion}.json`), `${JSON.stringify(kept)}\n`)
store.remove()
