import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { newRootKey, rootKeyText } from '../../../src/crypto/root-key.ts'
import { openTestAudit } from '../../support/audit.ts'
import { type DatabasePlace, engines } from '../../support/engines.ts'

const script = fileURLToPath(new URL('../../support/append-until-killed.ts', import.meta.url))

/** Runs the writing process, kills it at the n-th line of a kind, and answers what it acknowledged. */
async function killWriter(
  place: DatabasePlace,
  rootKey: string,
  kind: 'half' | 'done',
  nth: number,
): Promise<string[]> {
  const words = [script, JSON.stringify(place), rootKey]
  const writer = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: string[] = []
  for await (const line of createInterface(writer.stdout)) {
    lines.push(line)
    if (lines.filter((it) => it.startsWith(kind)).length === nth) writer.kill('SIGKILL')
  }
  return lines.filter((line) => line.startsWith('done ')).map((line) => line.slice('done '.length))
}

describe.each(engines)('law 7 on $name', ({ name, openStorage, freshPlace }) => {
  it('after kill -9 what was acknowledged is there, and nothing is there by half', async () => {
    const [place, rootKey] = [await freshPlace(), newRootKey()]
    const storage = await openStorage({ place })
    const audit = await openTestAudit(storage, { rootKey })
    const acknowledged: string[] = []
    for (const [kind, nth] of [
      ['half', 1],
      ['done', 9],
      ['half', 17],
      ['done', 30],
    ] as const) {
      acknowledged.push(...(await killWriter(place, rootKeyText(rootKey), kind, nth)))
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(55)

    const effects = (await storage.db.selectFrom('setting').select('key').execute()).map(({ key }) => key)
    const { items } = await audit.list({ action: 'account.reveal' }, { limit: 500 })
    const events = items.map(({ objectId }) => objectId)
    expect(events).toEqual(expect.arrayContaining(acknowledged))
    expect(effects.toSorted()).toEqual(events.toSorted())
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })

  it('every commit waits for the disk', async () => {
    const storage = await openStorage()
    const question = name === 'sqlite' ? 'pragma synchronous' : 'show synchronous_commit'
    const [row] = await storage.hotTransaction((tx) => tx.all(question, []))
    expect(Object.values(row ?? {})).toEqual([name === 'sqlite' ? 2 : 'on'])
  })
})
