import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
const untilKilled = fileURLToPath(new URL('../../support/import-until-killed.ts', import.meta.url))
const count = 4000
const takenBefore = 1000

interface Report {
  readonly read: number
  readonly imported: number
  readonly known: number
  readonly refused: number
}

function oldEntries(file: string): void {
  const old = new DatabaseSync(file)
  old.exec('create table otp (id integer primary key, name text, realm text, seed text, username text); begin')
  const insert = old.prepare("insert into otp values (?, ?, 'services', 'VMPBTL2WCVQMCMVHWSI57GMXVGDMKPM2', '')")
  for (let id = 1; id <= count; id += 1) insert.run(id, `service${id}`)
  old.exec('commit')
  old.close()
}

function subjectsIn(store: string): number {
  const database = new DatabaseSync(store, { readOnly: true })
  try {
    return Number(database.prepare('select count(*) as n from subject').get()?.['n'])
  } finally {
    database.close()
  }
}

it('law 7: an import that is killed in its middle keeps what it wrote, and the next one goes on from there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [source, dataDir] = [join(folder, 'old.sqlite3'), join(folder, 'data')]
  const store = join(dataDir, 'watchword.db')
  oldEntries(source)
  const start = (...words: string[]) => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    return child
  }
  const first = start(untilKilled, source, dataDir, String(takenBefore))
  expect(await once(first, 'exit')).toEqual([null, 'SIGKILL'])
  const kept = subjectsIn(store)
  expect(kept).toBeGreaterThanOrEqual(takenBefore)
  expect(kept).toBeLessThan(count)

  const second = start(main, 'admin', 'import', 'ungleichotp', source, '--json', '--data-dir', dataDir)
  const told: Buffer[] = []
  second.stdout.on('data', (chunk: Buffer) => told.push(chunk))
  expect(await once(second, 'close')).toEqual([0, null])
  const { read, imported, known, refused } = JSON.parse(Buffer.concat(told).toString()) as Report
  expect({ read, imported, known, refused }).toEqual({ read: count, imported: count - kept, known: kept, refused: 0 })
  expect(subjectsIn(store)).toBe(count)
  const database = new DatabaseSync(store, { readOnly: true })
  onTestFinished(() => database.close())
  const events = database.prepare("select count(*) as n from audit_event where body like '%subject.create%'").get()
  expect(events).toEqual({ n: count })
})
