import { setTimeout as delay } from 'node:timers/promises'
import { openKeyRing } from '../../src/crypto/key-ring.ts'
import { textProvider } from '../../src/crypto/root-key-provider.ts'
import { createAudit } from '../../src/server/audit/audit.ts'
import { dataKeyStore } from '../../src/server/database/data-keys.ts'
import { openStorage } from '../../src/server/database/open.ts'

/**
 * A process that records one event after the other, each with an effect beside it, and tells of each that was
 * acknowledged (`done`) or begun (`half`), until somebody kills it. Its arguments: the place as JSON, the root key.
 */
const [place = '{}', rootKey = ''] = process.argv.slice(2)
const clock = { nowMs: () => Date.now() }
const storage = await openStorage({ ...(JSON.parse(place) as { url?: string; dataDir?: string }), clock })
const keyRing = await openKeyRing(textProvider(rootKey, 'of the test'), dataKeyStore(storage), () => Date.now())
const audit = createAudit({ storage, keyRing, clock, log: { warn: () => {} } })
for (let count = 0; ; count += 1) {
  const id = `${process.pid}.${count}`
  await storage.transaction(async (tx) => {
    const event = { action: 'account.reveal', actorKind: 'person', actorId: 'p1', actorName: 'anna' } as const
    await audit.append(tx, [{ ...event, objectKind: 'account', objectId: id, outcome: 'done' }])
    // Here the killer may strike: the event is written, its effect is still missing.
    process.stdout.write(`half ${id}\n`)
    await delay(3)
    await tx.insertInto('setting').values({ key: id, value: '', updated_at_ms: 1 }).execute()
  })
  process.stdout.write(`done ${id}\n`)
}
