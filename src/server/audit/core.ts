import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Storage, Tx } from '../database/storage.ts'
import type { Services } from '../http/services.ts'
import type { Audit } from './audit.ts'

/** What every room above the audit is made from. */
export interface Core {
  readonly services: Services
  readonly storage: Storage
  readonly keyRing: KeyRing<Tx>
  readonly audit: Audit
}
