import { type Audit, createAudit } from '../../src/server/audit/audit.ts'
import type { AuditEvent } from '../../src/server/audit/event.ts'
import type { Storage, StorageClock } from '../../src/server/database/storage.ts'
import { onTestFinished } from 'vitest'
import { newRootKey, type RootKey } from '../../src/crypto/root-key.ts'
import { openTestKeyRing } from './key-ring.ts'

/** The audit of a test database, under a root key of its own or the one given. */
export async function openTestAudit(
  storage: Storage,
  { rootKey = newRootKey(), clock = { nowMs: () => Date.now() } }: { rootKey?: RootKey; clock?: StorageClock } = {},
): Promise<Audit> {
  const keyRing = await openTestKeyRing(storage, rootKey)
  const audit = createAudit({ storage, keyRing, clock, log: { warn: () => {} } })
  onTestFinished(() => audit.close())
  return audit
}

/** An event for tests that need any. */
export function someEvent(change: Partial<AuditEvent> = {}): AuditEvent {
  return {
    action: 'account.reveal',
    actorKind: 'person',
    actorId: 'p1',
    actorName: 'anna',
    objectKind: 'account',
    objectId: 'a1',
    outcome: 'done',
    ...change,
  }
}

/** Records events one transaction each. */
export async function record(storage: Storage, audit: Audit, events: readonly AuditEvent[]): Promise<void> {
  for (const event of events) await storage.transaction((tx) => audit.append(tx, [event]))
}
