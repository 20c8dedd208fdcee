import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { newRootKey, rootKeyText } from '../../../src/crypto/root-key.ts'
import { engines } from '../../support/engines.ts'
import { openWorld } from './world.ts'

const judgeMany = fileURLToPath(new URL('./judge-many.ts', import.meta.url))

it('T03 accepts one of 200 parallel requests of two processes on one SQLite file', async () => {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const place = await sqlite.freshPlace()
  const rootKey = newRootKey()
  const world = await openWorld(sqlite, { place, rootKey })
  await world.addSubject('ada')
  const code = world.code('ada')
  const arguments_ = [place.dataDir ?? '', rootKeyText(rootKey), String(world.clock.nowMs()), code, '100']
  const children = [1, 2].map(() => start(arguments_))
  const lines = children.map((child) => createInterface({ input: child.stdout! })[Symbol.asyncIterator]())
  for (const line of lines) expect(await line.next()).toMatchObject({ value: 'ready' })
  for (const child of children) child.stdin?.write('go\n')
  const counts = await Promise.all(lines.map(async (line) => Number((await line.next()).value)))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1)
  expect(await world.judge('ada', code)).toMatchObject({ accepted: false, reason: 'replayed' })
  for (const child of children) if (child.exitCode === null) await once(child, 'exit')
})

function start(arguments_: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [judgeMany, ...arguments_], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void (child.exitCode === null && child.kill('SIGKILL')))
  return child
}
