import { once } from 'node:events'
import { textProvider } from '../../../src/crypto/root-key-provider.ts'
import { openKeyRing } from '../../../src/crypto/key-ring.ts'
import { createAudit } from '../../../src/server/audit/audit.ts'
import { dataKeyStore } from '../../../src/server/database/data-keys.ts'
import { openStorage } from '../../../src/server/database/open.ts'
import { createSubjects } from '../../../src/server/subjects/subjects.ts'
import { testClock, testServices } from '../../support/services.ts'
import { tokenWith } from './actors.ts'

/**
 * A second process on the same file: opens it, says `ready`, and at the first line on standard input judges one code
 * so many times at once. Prints how often it was accepted.
 */
const [dataDir = '', rootKey = '', nowMs = '0', code = '', times = '0'] = process.argv.slice(2)
const clock = testClock(Number(nowMs))
const services = testServices({ clock })
const storage = await openStorage({ dataDir, clock })
const keyRing = await openKeyRing(textProvider(rootKey, 'of the test'), dataKeyStore(storage), () => clock.nowMs())
const audit = createAudit({ storage, keyRing, clock, log: services.log })
const subjects = createSubjects({ services, storage, keyRing, audit })
console.log('ready')
await once(process.stdin, 'data')
const request = { realm: 'shop', subject: 'ada', code, purpose: 'verify', source: null } as const
const by = { actor: tokenWith('verify:shop'), address: '192.0.2.1', door: 'api' }
const verdicts = await Promise.all(Array.from({ length: Number(times) }, () => subjects.judge({ ...request, ...by })))
console.log(verdicts.filter(({ accepted }) => accepted).length)
subjects.close()
await audit.close()
await storage.close()
process.stdin.destroy()
