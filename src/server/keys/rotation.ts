import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { StoredDataKey } from '../../crypto/data-key.ts'
import type { RootKeyProvider } from '../../crypto/root-key-provider.ts'
import { newRootKey, type RootKey } from '../../crypto/root-key.ts'
import { Failure } from '../../errors/failure.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Core } from '../audit/core.ts'
import { plantSetting, readSetting, removeSetting } from '../database/settings.ts'
import type { Tx } from '../database/storage.ts'
import { countByKey, resealAll } from './reseal.ts'
import { giveRealmKey, realmsOfKey } from './store.ts'

/** The setting that stands while a rotation of data keys is under way. */
const rotationSetting = 'keys.rotation'
/** Every server hears of new keys within a second; this long we wait before values appear that need them. */
const settleMs = 2000
/** A retired key stays this long, for a server that sealed with it at the last moment. */
const graceMs = 10 * 60_000

/** Who rotates, as the audit tells it. */
export type By = Pick<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>

/** What a rotation needs of the server. */
export type RotationCore = Pick<Core, 'storage' | 'keyRing' | 'audit'> & {
  readonly services: { readonly clock: Core['services']['clock'] }
}

/** How a rotation is followed. */
export interface RotationOptions {
  readonly by: By
  /** Told from time to time: how many sealed values were looked at. */
  readonly onProgress?: ((values: number) => void) | undefined
  /** For tests: how long servers are given to hear of new keys. */
  readonly settleMs?: number
}

/** What a rotation of data keys did. */
export interface DataRotation {
  /** True when an earlier rotation was found unfinished and completed. */
  readonly isResumed: boolean
  readonly keys: number
  readonly values: number
  /** Keys of earlier rotations that sealed nothing any more and were removed. */
  readonly removedKeys: number
}

/**
 * Gives every realm and the vault a new data key and seals everything anew, while servers run.
 *
 * Interrupted at any point it is finished by calling it again: new keys are made in one transaction that leaves a
 * mark, and the walk over the values only touches what retired keys sealed.
 */
export async function rotateDataKeys(core: RotationCore, options: RotationOptions): Promise<DataRotation> {
  return finishDataRotation(core, await beginDataRotation(core, options.by), options)
}

/** How a rotation began; what is left is {@link finishDataRotation}'s. */
export interface BegunRotation extends Pick<DataRotation, 'isResumed' | 'keys'> {
  /** What stands in the store until somebody finishes this rotation. */
  readonly mark: string
}

/**
 * Makes the new keys and audits it, unless the mark of an unfinished rotation stands: then that one is joined, whether
 * it was interrupted or another server is at it.
 */
export function beginDataRotation(core: RotationCore, by: By): Promise<BegunRotation> {
  const { storage, audit, services } = core
  return storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    const mark = JSON.stringify({ id: randomUUID(), startedAtMs: nowMs })
    // First of all: of two who begin at once, the other waits here and joins.
    if (!(await plantSetting(tx, rotationSetting, mark, nowMs))) {
      return { isResumed: true, keys: 0, mark: (await readSetting(tx, rotationSetting)) ?? '' }
    }
    const keys = await replaceKeys(core, tx)
    await audit.append(tx, [keyEvent(by, 'keys.rotate', { keys })])
    return { isResumed: false, keys, mark }
  })
}

/** Seals every value anew that a retired key sealed. */
export async function finishDataRotation(
  core: RotationCore,
  { isResumed, keys, mark }: BegunRotation,
  options: RotationOptions,
): Promise<DataRotation> {
  await delay(options.settleMs ?? settleMs)
  await core.keyRing.reload()
  const stored = await core.keyRing.dataKeys()
  const walk = { storage: core.storage, keyRing: core.keyRing, onProgress: options.onProgress }
  const values = await resealAll(walk, successorsOf(stored))
  const inUse = await countByKey(walk)
  const removedKeys = await finish(core, mark, options.by, { unneeded: unneeded(core, stored, inUse), values })
  return { isResumed, keys, values, removedKeys }
}

/** Whether a rotation of data keys was begun and not finished. */
export async function isUnfinished({ storage }: Pick<Core, 'storage'>): Promise<boolean> {
  return (await readSetting(storage.db, rotationSetting)) !== undefined
}

/** Which key took over from each retired one. */
function successorsOf(keys: readonly StoredDataKey[]): Map<string, string> {
  const active = keys.filter(({ retiredAtMs }) => retiredAtMs === null)
  const successors = new Map<string, string>()
  for (const { id, purpose, ownerId, retiredAtMs } of keys) {
    const successor = active.find((key) => key.purpose === purpose && key.ownerId === ownerId)
    if (retiredAtMs !== null && successor !== undefined) successors.set(id, successor.id)
  }
  return successors
}

async function replaceKeys(core: RotationCore, tx: Tx): Promise<number> {
  const keys = (await core.keyRing.dataKeys(tx)).filter(isRotated)
  for (const key of keys) await replaceKey(core, tx, key)
  return keys.length
}

// Derived keys hash names and sources that must be found again: what they come from stays.
function isRotated({ purpose, retiredAtMs }: StoredDataKey): boolean {
  return purpose !== 'derive' && retiredAtMs === null
}

async function replaceKey({ storage, keyRing }: RotationCore, tx: Tx, old: StoredDataKey): Promise<void> {
  const realmIds = await realmsOfKey(tx, old.id)
  await keyRing.retireDataKey(tx, old.id)
  // The key of a realm that was deleted needs no successor.
  if (old.ownerId !== null && realmIds.length === 0) return
  const id = await keyRing.createDataKey(tx, old.purpose, old.ownerId)
  for (const realmId of realmIds) {
    await giveRealmKey(tx, realmId, id)
    await storage.recordChange(tx, { kind: 'realm', objectId: realmId })
  }
}

function unneeded(core: RotationCore, keys: readonly StoredDataKey[], inUse: ReadonlyMap<string, number>): string[] {
  const before = core.services.clock.nowMs() - graceMs
  return keys
    .filter(({ id, retiredAtMs }) => retiredAtMs !== null && retiredAtMs < before && !inUse.has(id))
    .map(({ id }) => id)
}

/** Takes the mark away, with the keys nobody needs; whoever joined and comes second finds it gone and leaves it at that. */
function finish(
  core: RotationCore,
  mark: string,
  by: By,
  found: { unneeded: readonly string[]; values: number },
): Promise<number> {
  return core.storage.transaction(async (tx) => {
    if (!(await removeSetting(tx, rotationSetting, mark))) return 0
    for (const id of found.unneeded) await core.keyRing.removeDataKey(tx, id)
    const detail = { values: found.values, removedKeys: found.unneeded.length }
    await core.audit.append(tx, [keyEvent(by, 'keys.rotated', detail)])
    return found.unneeded.length
  })
}

/** What a rotation of the root key did. */
export interface RootRotation {
  readonly from: string
  readonly to: string
  /** The file the replaced key is kept in, for backups it sealed; null where it did not come from a file. */
  readonly kept: string | null
}

/**
 * Moves to another root key, while servers run: they read it from the provider when they next need it.
 *
 * A key file is rewritten, with a key made here unless one is given. While it holds both keys, a crash at any point
 * leaves a pair of which one opens the database; calling it again finishes. The old key stays beside it, since the
 * backups it sealed open with nothing else.
 *
 * @param given - the new key; for providers that cannot be written the caller then hands it to the servers
 * @throws {@link Failure} `root_key_not_writable` when neither is possible
 */
export async function rotateRootKey(
  core: RotationCore,
  provider: RootKeyProvider,
  by: By,
  given?: RootKey,
): Promise<RootRotation> {
  const { keyRing, audit } = core
  if (given === undefined && provider.replace === undefined) {
    throw new Failure('root_key_not_writable', { detail: { place: provider.place } })
  }
  const from = keyRing.rootKeyId
  const present = await provider.load()
  const next = given ?? unfinishedMove(present, from) ?? newRootKey()
  const old = present.filter(({ id }) => id !== next.id)
  const kept = old.map((key) => provider.keep?.(key) ?? null)
  provider.replace?.([next, ...old.filter(({ id }) => id === from)])
  if (next.id !== from) {
    await keyRing.moveToRootKey(next, (tx) =>
      audit.append(tx, [keyEvent(by, 'keys.rotate_root', { from, to: next.id })]),
    )
  }
  provider.replace?.([next])
  return { from, to: next.id, kept: kept.at(-1) ?? null }
}

// Two keys in the file: a rotation was cut short. The first is where it was going, done or not.
function unfinishedMove([first, second]: readonly RootKey[], from: string): RootKey | undefined {
  if (first === undefined || second === undefined) return undefined
  return first.id === from || second.id === from ? first : undefined
}

function keyEvent(by: By, action: string, detail: Record<string, string | number>): AuditEvent {
  return { ...by, action, objectKind: 'keys', objectId: 'keys', outcome: 'done', detail }
}
