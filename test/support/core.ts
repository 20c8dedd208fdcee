import { onTestFinished } from 'vitest'
import { newRootKey, type RootKey } from '../../src/crypto/root-key.ts'
import { createAudit } from '../../src/server/audit/audit.ts'
import type { Core } from '../../src/server/audit/core.ts'
import type { By } from '../../src/server/subjects/audited.ts'
import type { DatabasePlace, TestEngine } from './engines.ts'
import { openTestKeyRing } from './key-ring.ts'
import { type TestClock, testClock, testServices } from './services.ts'

/** A core on a real database whose clock the test moves. */
export interface TestCore extends Core {
  readonly clock: TestClock
}

/** Opens a database with keys and audit; give `place` and `rootKey` of another one to be a second server. */
export async function openTestCore(
  engine: TestEngine,
  options: { place?: DatabasePlace; rootKey?: RootKey; clock?: TestClock } = {},
): Promise<TestCore> {
  const { clock = testClock(), rootKey = newRootKey(), place } = options
  const services = testServices({ clock })
  const storage = await engine.openStorage({ clock, ...(place === undefined ? {} : { place }) })
  const keyRing = await openTestKeyRing(storage, rootKey)
  const audit = createAudit({ storage, keyRing, clock, log: services.log })
  onTestFinished(() => audit.close())
  return { services, storage, keyRing, audit, clock }
}

/** The test itself, doing what only administrators may. */
export const byOperator: By = {
  actor: { kind: 'operator', name: 'test', address: '' },
  address: '',
  door: 'test',
}
