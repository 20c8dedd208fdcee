import { randomUUID } from 'node:crypto'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import { type By, realmEvent } from './audited.ts'
import { type RealmPolicy, usualPolicy } from './policy.ts'
import { insertRealm, type RealmRow } from './store.ts'

/** A realm to be made: what is left out is as in `usualPolicy`. Names are checked by the caller. */
export interface NewRealm extends Partial<Omit<RealmPolicy, 'lockout'>> {
  readonly name: string
  /** Kept where it is imported. */
  readonly id?: string
  /** Shown by authenticators; the name unless given. */
  readonly issuerLabel?: string
  readonly contact?: string
  /** A rule of its own instead of the inherited one. */
  readonly lockout?: Partial<RealmPolicy['lockout']> | null
  /** The door it was made through: `api`, `tiny-mfa`, `ungleichotp`, `login`. */
  readonly origin: string
}

/** Makes a realm with its own data key, in one transaction with its audit record and its change. */
export async function makeRealm(core: Core, tx: Tx, realm: NewRealm, by: By): Promise<RealmRow> {
  const id = realm.id ?? randomUUID()
  const row: RealmRow = {
    ...columnsOf({ ...usualPolicy, ...realm }),
    id,
    name: realm.name,
    issuer_label: realm.issuerLabel ?? realm.name,
    contact: realm.contact ?? '',
    lockout: realm.lockout == null ? null : JSON.stringify(realm.lockout),
    origin: realm.origin,
    doors: realm.origin,
    data_key_id: await core.keyRing.createDataKey(tx, 'realm', id),
    created_at_ms: core.services.clock.nowMs(),
    updated_at_ms: core.services.clock.nowMs(),
  }
  await insertRealm(tx, row)
  await core.audit.append(tx, [realmEvent(by, 'create', row)])
  await core.storage.recordChange(tx, { kind: 'realm', objectId: id })
  return row
}

type PolicyColumns = Pick<
  RealmRow,
  'algorithm' | 'digits' | 'period_seconds' | 'window_back' | 'window_forward' | 'replay' | 'readback' | 'enabled'
>

/** A policy as the columns of its realm. */
export function columnsOf(policy: Omit<RealmPolicy, 'lockout'>): PolicyColumns {
  return {
    algorithm: policy.algorithm,
    digits: policy.digits,
    period_seconds: policy.periodSeconds,
    window_back: policy.windowBack,
    window_forward: policy.windowForward,
    replay: policy.replay,
    readback: policy.readback,
    enabled: policy.isEnabled ? 1 : 0,
  }
}
