import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { newRootKey, rootKeyText } from '../../../src/crypto/root-key.ts'
import { openTestAudit } from '../../support/audit.ts'
import { type DatabasePlace, engines } from '../../support/engines.ts'

const script = fileURLToPath(new URL('../../support/append-until-killed.ts', import.meta.url))

/** Runs the writing process, kills it after some acknowledgements, and answers what it acknowledged. */
async function killWriter(place: DatabasePlace, rootKey: string, acknowledgements: number): Promise<string[]> {
  const writer = spawn(process.execPath, [script, JSON.stringify(place), rootKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  writer.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output.split('\n').length > acknowledgements) writer.kill('SIGKILL')
  })
  await once(writer, 'close')
  return output.split('\n').slice(0, -1)
}

describe.each(engines)('law 7 on $name', ({ name, openStorage, freshPlace }) => {
  it('after kill -9 what was acknowledged is there, and nothing is there by half', async () => {
    const [place, rootKey] = [await freshPlace(), newRootKey()]
    const storage = await openStorage({ place })
    const audit = await openTestAudit(storage, { rootKey })
    const acknowledged: string[] = []
    for (const count of [3, 17, 40]) acknowledged.push(...(await killWriter(place, rootKeyText(rootKey), count)))
    expect(acknowledged.length).toBeGreaterThanOrEqual(60)

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
