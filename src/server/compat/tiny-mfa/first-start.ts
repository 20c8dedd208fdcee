import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Core } from '../../audit/core.ts'
import type { AuditEvent } from '../../audit/event.ts'
import { hasForeignTable } from '../../database/foreign.ts'
import { actorId, actorName } from '../../http/actor.ts'
import type { By } from '../../subjects/audited.ts'
import { readSetting } from '../../database/settings.ts'
import type { DoorParts } from '../door-parts.ts'
import { doorScope } from './caller.ts'
import { settingKey, type TinyMfaSettings, TinyMfaSettingsStore, usualTinyMfa } from './settings.ts'

/** How go-tiny-mfa's own variables were set. */
export interface TinyMfaStart {
  /** Only POSTGRES_ variables say where to run: this door speaks for the whole server. */
  readonly isMainDoor: boolean
  /** Null when the variable is not set. */
  readonly verifyTokens: boolean | null
  readonly secretsDir: string
  readonly databaseUrl: string | undefined
}

const tokenFileName = 'root-token.readanddelete'
const by: By = { actor: { kind: 'operator', name: 'first start', address: '' }, address: '', door: 'tiny-mfa' }

/**
 * Prepares the door before the server listens: at the first start its settings, and as the main door also the root
 * token, whose file is written before the token counts, so that no start leaves the operator without a right one.
 *
 * @returns the port of the main door
 */
export async function startTinyMfa(parts: DoorParts, start: TinyMfaStart): Promise<number> {
  const { core } = parts
  const store = new TinyMfaSettingsStore(core)
  const isFirst = (await readSetting(core.storage.db, settingKey)) === undefined
  if (isFirst && (start.isMainDoor || start.verifyTokens !== null)) await initialise(parts, store, start)
  const settings = await store.read()
  if (!settings.verifyTokens) {
    core.services.log.warn({}, 'tiny-mfa: users and validation are open to everybody, because tokens are not verified')
  }
  if (start.isMainDoor) await tellStart(core, start, settings)
  return settings.httpPort
}

async function initialise(parts: DoorParts, store: TinyMfaSettingsStore, start: TinyMfaStart): Promise<void> {
  const { core, access } = parts
  const settings = { ...usualTinyMfa, verifyTokens: start.verifyTokens ?? usualTinyMfa.verifyTokens }
  const token = randomUUID()
  await core.storage.transaction(async (tx) => {
    await store.write(tx, settings)
    if (!start.isMainDoor) return
    const wish = { name: 'root', owner: 'root', scopes: [doorScope], createdBy: 'first start', token } as const
    const { token: made } = await access.tokens.create(tx, wish)
    await core.audit.append(tx, [rootTokenMade(by, made.id, wish.name)])
    writeTokenFile(join(start.secretsDir, tokenFileName), `root-token: ${token}`)
  })
  if (start.isMainDoor) tellFirstStart(core, start, settings)
}

/** The root token of this door begins to live. */
export function rootTokenMade({ actor, door }: By, id: string, name: string): AuditEvent {
  return {
    action: 'token.create',
    actorKind: actor.kind,
    actorId: actorId(actor),
    actorName: actorName(actor),
    objectKind: 'token',
    objectId: id,
    objectName: name,
    outcome: 'done',
    detail: { door, scopes: [doorScope] },
  }
}

// Written beside and renamed: an old file of another database is replaced whole, and never half read.
function writeTokenFile(file: string, content: string): void {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
  const beside = `${file}.new`
  writeFileSync(beside, content, { mode: 0o600 })
  chmodSync(beside, 0o400)
  renameSync(beside, file)
}

function tellFirstStart({ services: { log } }: Core, { secretsDir }: TinyMfaStart, settings: TinyMfaSettings): void {
  log.info({}, 'initializing tinymfa')
  const fields = {
    'router port': settings.httpPort,
    'deny limit': settings.denyLimit,
    'verify tokens': settings.verifyTokens,
    'root token': join(secretsDir, tokenFileName),
    'root key location': join(secretsDir, 'watchword.key'),
  }
  log.info(fields, 'tiny-mfa configuration')
  log.warn({}, 'a new root encryption key may have been generated: make a backup of it as soon as possible')
}

async function tellStart(
  { services: { log } }: Core,
  start: TinyMfaStart,
  { httpPort }: TinyMfaSettings,
): Promise<void> {
  log.info({}, 'initialization finished')
  log.info({}, 'connected to database schema version 2')
  log.info({}, `tinymfa starts serving on port ${httpPort}`)
  if (start.databaseUrl !== undefined && (await hasForeignTable(start.databaseUrl, 'serverconfig'))) {
    log.info(
      {},
      'tables of go-tiny-mfa stand in this database and are left alone: "watchword admin import tiny-mfa" reads them',
    )
  }
}
