import { describe, expect, it } from 'vitest'
import { progressOn } from '../../src/cli/progress.ts'
import { sealedFinding } from '../../src/server/operation/sealed-finding.ts'
import { findings } from '../../src/server/operation/findings.ts'
import { readConfig } from '../../src/server/config.ts'
import { byOperator, openTestCore } from '../support/core.ts'
import { engines } from '../support/engines.ts'
import { createSubjects } from '../../src/server/subjects/subjects.ts'

function written(isTerminal: boolean): string {
  let shown = ''
  const stderr = { isTerminal, write: (text: string | Uint8Array) => void (shown += String(text)) }
  const { onProgress, end } = progressOn({ stderr })
  onProgress('sealed secrets: 200')
  onProgress('audit chain')
  end()
  return shown
}

describe('progress of a long command', () => {
  it('stands on one line of a terminal, which is clear afterwards', () => {
    expect(written(true).split('\r').slice(1)).toEqual([
      'sealed secrets: 200\u001b[K',
      'audit chain\u001b[K',
      '\u001b[K',
    ])
  })

  it('is no part of what another program reads', () => {
    expect(written(false)).toBe('')
  })
})

describe.each(engines)('what takes its time in a look at a store on $name', (engine) => {
  it('is told while it goes on', async () => {
    const core = await openTestCore(engine)
    const subjects = createSubjects(core)
    const realm = await subjects.ensureRealm({ name: 'shop', origin: 'api' }, byOperator)
    for (let count = 0; count < 3; count += 1) {
      await core.storage.transaction(async (tx) => {
        const subject = await subjects.add(tx, realm, { name: `s${count}` }, byOperator)
        await subjects.enrolment.start(tx, realm, subject, { begins: 'active' }, byOperator)
      })
    }
    subjects.close()
    const told: string[] = []
    await findings(core, readConfig({}, {}), { onProgress: (what) => told.push(what) })
    expect(told).toEqual(['sealed secrets: 3', 'audit chain: every event is verified'])
    expect(await sealedFinding(core)).toMatchObject({ level: 'ok' })
  })
})
