import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import type { Access } from '../access/access.ts'
import { doneBy } from '../access/audited.ts'
import { insertPerson, personById, personByUsername } from '../access/people/store.ts'
import type { Core } from '../audit/core.ts'
import { readSetting, writeSetting } from '../database/settings.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'

/** The one visitor of the code-only mode: a person without a passphrase, so that no other door opens to them. */
const visitor = { id: 'gate-code-only', username: 'code-only' } as const
const actor: Actor = { kind: 'operator', name: 'gate', address: '' }
const settingKey = 'gate.code_only'

/** Where the secret came from: one that was imported stays without a file. */
type Origin = 'file' | 'import'

/** Shorter secrets can be guessed from a few codes; RFC 4226 section 4 (R6) asks for 128 bits and recommends 160. */
const leastBytes = 10
const properBytes = 16

/**
 * The person who logs in by a code alone, or null where everybody has a name. The secret of a file is taken in at
 * the first start and whenever it changed; with another secret, or without one, whoever is logged in has to go.
 *
 * @throws {@link Failure} `gate_secret_unreadable`, `gate_secret_short`, `gate_visitor_taken`
 */
export async function prepareCodeOnly(core: Core, access: Access, file: string | null): Promise<string | null> {
  if (file !== null) {
    await keepCodeOnly(core, access, readSecret(file), 'file')
    return visitor.id
  }
  const kept = await readKept(core.storage.db)
  const isImported = kept?.origin === 'import' && (await personById(core.storage.db, visitor.id)) !== null
  if (isImported) return visitor.id
  if (kept !== null) await core.storage.transaction((tx) => endVisits(core, access, tx))
  return null
}

/** Keeps the secret of the code-only mode, making its visitor if there is none. */
export async function keepCodeOnly(core: Core, access: Access, secret: Uint8Array, origin: Origin): Promise<void> {
  const { storage, keyRing, services } = core
  const mark = createHmac('sha256', keyRing.deriveKey('gate code-only')).update(secret).digest('base64url')
  if (secret.length < properBytes)
    services.log.warn({ bits: secret.length * 8 }, 'the secret of the code-only mode is short; make a longer one')
  await storage.transaction(async (tx) => {
    const kept = await readKept(tx)
    const isThere = (await personById(tx, visitor.id)) !== null
    if (isThere && kept?.mark === mark && kept.origin === origin) return
    if (kept?.mark !== mark) await endVisits(core, access, tx)
    if (!isThere) await addVisitor(tx, services.clock.nowMs())
    await access.context.codes.install(tx, visitor, actor, { secret })
    await writeSetting(tx, settingKey, JSON.stringify({ mark, origin } satisfies Kept), services.clock.nowMs())
  })
}

/** Ends what was opened with a secret that counts no longer; audited where there was something. */
async function endVisits({ audit }: Core, access: Access, tx: Tx): Promise<void> {
  const ended = await access.sessions.end(tx, { personId: visitor.id, kind: 'gate' })
  if (ended.length === 0) return
  const object = { objectKind: 'person', objectId: visitor.id, objectName: visitor.username }
  const detail = { ended: ended.length }
  await audit.append(tx, [doneBy(actor, { action: 'session.end', ...object, outcome: 'done', detail })])
}

async function addVisitor(tx: Tx, nowMs: number): Promise<void> {
  if ((await personByUsername(tx, visitor.username)) !== null) throw new Failure('gate_visitor_taken')
  const person = { ...visitor, usernameKey: visitor.username, displayName: '', email: '' }
  await insertPerson(tx, { ...person, source: 'local', role: 'member' }, nowMs)
}

interface Kept {
  readonly mark: string
  readonly origin: Origin
}

async function readKept(db: Queryable): Promise<Kept | null> {
  const text = await readSetting(db, settingKey)
  return text === undefined ? null : (JSON.parse(text) as Kept)
}

function readSecret(file: string): Uint8Array {
  const secret = readBase32(file)
  if (secret.length < leastBytes) throw new Failure('gate_secret_short', { detail: { file, bits: secret.length * 8 } })
  return secret
}

function readBase32(file: string): Uint8Array {
  try {
    return decodeBase32(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Failure('gate_secret_unreadable', { detail: { file }, cause })
  }
}
