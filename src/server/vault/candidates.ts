import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import type { addCandidates as addEndpoint, Candidate, readImage as readEndpoint } from '../../api/accounts.ts'
import type { Answer, Input } from '../../api/endpoint.ts'
import { Failure, isFailure } from '../../errors/failure.ts'
import { type Remark, remarkOf } from '../../errors/remarks.ts'
import { importFileInThread } from '../../importers/import-in-thread.ts'
import type { ImportReport } from '../../importers/report.ts'
import { completeAccount, type OtpAccount } from '../../otp/account.ts'
import { codeOf } from '../../otp/code.ts'
import type { Queryable } from '../database/storage.ts'
import { type Actor, actorId } from '../http/actor.ts'
import { readText } from './account-input.ts'
import { requireMayAdd, showAccount, storeAccount } from './accounts.ts'
import { findBatch, insertBatch, removeBatch, removeBatchesBefore } from './candidate-store.ts'
import { grantsOn } from './grant-store.ts'
import { maySee, rightsOn } from './rights.ts'
import type { VaultRoom } from './room.ts'
import { findByName, findBySecretHash } from './store.ts'

type ReadAnswer = Answer<typeof readEndpoint>
type AddAnswer = Answer<typeof addEndpoint>

/** How long a preview can be chosen from. */
export const previewMs = 15 * 60_000

/**
 * Reads a file, an image or a pasted text and shows what it holds. Nothing becomes an account before
 * {@link addCandidates}; until then what was read lies sealed, for who read it alone.
 *
 * @throws {@link Failure} `forbidden`, `candidate_content_missing`, and what the importers refuse
 */
export async function previewCandidates(
  room: VaultRoom,
  actor: Actor,
  given: Input<typeof readEndpoint>['body'],
): Promise<ReadAnswer> {
  requireMayAdd(actor)
  const report = await readContent(given)
  if (report === null) return { format: '', needsPassword: true, batch: '', candidates: [], skipped: [], warnings: [] }
  const { storage, services } = room.core
  const nowMs = services.clock.nowMs()
  const batch = await keepBatch(room, actor, report.entries, nowMs)
  const candidates: Static<typeof Candidate>[] = []
  const seen = new Set<string>()
  for (const [index, otp] of report.entries.entries()) {
    const found = await compare(room, storage.db, actor, otp, seen)
    const warnings = [...(report.entryRemarks[index] ?? [])]
    candidates.push({ ...candidateOf(String(index), otp, nowMs), warnings, ...found })
  }
  for (const { index, name = '', remark } of report.failures)
    candidates.push(refusedCandidate(`refused-${index}`, name, remark))
  return {
    format: report.app,
    needsPassword: false,
    batch,
    candidates,
    skipped: [...report.skipped],
    warnings: [...report.fileRemarks],
  }
}

/**
 * Adds the chosen entries of a preview, each with its custody written. An entry that cannot be added is told
 * with its reason and stops no other one.
 *
 * @throws {@link Failure} `candidate_batch_unknown`, `forbidden`
 */
export async function addCandidates(
  room: VaultRoom,
  actor: Actor,
  batchId: string,
  given: Input<typeof addEndpoint>['body'],
): Promise<AddAnswer> {
  requireMayAdd(actor)
  const { storage } = room.core
  const entries = await openBatch(room, actor, batchId)
  const added: AddAnswer['added'] = []
  const refused: AddAnswer['refused'] = []
  const refs = [...new Set(given.refs)]
  // One transaction each: a large file must not hold everybody else up, nor one bad entry the others.
  for (const ref of refs) {
    try {
      added.push(await addOne(room, actor, entries[Number(ref)], given))
    } catch (error) {
      if (!isFailure(error)) throw error
      refused.push({ ref, reason: remarkOf(error) })
    }
  }
  await storage.transaction((tx) => removeBatch(tx, batchId))
  return { added, refused }
}

async function addOne(
  room: VaultRoom,
  actor: Actor,
  otp: OtpAccount | undefined,
  { tags = [], grants = [] }: Input<typeof addEndpoint>['body'],
): Promise<AddAnswer['added'][number]> {
  if (otp === undefined) throw new Failure('account_secret_missing')
  const { account } = await room.core.storage.transaction((tx) =>
    storeAccount(room, tx, actor, {
      otp,
      text: readText({ tags: [...otp.tags, ...tags] }, otp),
      settings: {},
      grants,
      allowDuplicate: false,
      custody: { how: 'imported', note: '' },
    }),
  )
  return showAccount(room, actor, account)
}

/** Null when a password is needed and none was given. */
async function readContent({
  contentBase64,
  text,
  fileName,
  password,
}: Input<typeof readEndpoint>['body']): Promise<ImportReport | null> {
  const content = contentBase64 === undefined ? text : Buffer.from(contentBase64, 'base64')
  if (content === undefined || content.length === 0) throw new Failure('candidate_content_missing')
  try {
    return await importFileInThread(Buffer.from(content), {
      ...(password === undefined ? {} : { password }),
      ...(fileName === undefined ? {} : { fileName }),
    })
  } catch (error) {
    if (isFailure(error, 'import_password_needed')) return null
    throw error
  }
}

function candidateOf(
  ref: string,
  otp: OtpAccount,
  nowMs: number,
): Omit<Static<typeof Candidate>, 'result' | 'warnings'> {
  const { issuer, name, type, algorithm, digits, periodSeconds } = otp
  return { ref, issuer, name, type, algorithm, digits, periodSeconds, firstCode: codeOf(otp, nowMs) }
}

function refusedCandidate(ref: string, name: string, reason: Remark): Static<typeof Candidate> {
  const shape = { type: 'totp', algorithm: 'SHA1', digits: 6, periodSeconds: 30 } as const
  return { ref, issuer: '', name, ...shape, result: 'refused', reason, warnings: [] }
}

/** Compares by keyed hash, so that nothing stored has to be opened; names only what the actor may see. */
async function compare(
  room: VaultRoom,
  db: Queryable,
  actor: Actor,
  otp: OtpAccount,
  seen: Set<string>,
): Promise<Pick<Static<typeof Candidate>, 'result' | 'already'>> {
  const secretHash = room.secrets.hash(otp.secret)
  const same = await findBySecretHash(db, secretHash)
  const isAgain = seen.has(Buffer.from(secretHash).toString('hex'))
  seen.add(Buffer.from(secretHash).toString('hex'))
  if (same.length > 0 || isAgain) return { result: 'duplicate', ...(await alreadyNamed(room, db, actor, same)) }
  const namesakes = await findByName(db, otp.issuer, otp.name)
  const already = await alreadyNamed(room, db, actor, namesakes)
  return 'already' in already ? { result: 'changed', ...already } : { result: 'new' }
}

async function alreadyNamed(
  room: VaultRoom,
  db: Queryable,
  actor: Actor,
  accounts: readonly { readonly id: string; readonly label: string }[],
): Promise<{ already: string } | Record<never, never>> {
  const nowMs = room.core.services.clock.nowMs()
  const grants = await grantsOn(
    db,
    accounts.map(({ id }) => id),
  )
  const known = accounts.find(({ id }) => maySee(rightsOn(actor, id, grants, nowMs)))
  return known === undefined ? {} : { already: known.label }
}

async function keepBatch(
  { core }: VaultRoom,
  actor: Actor,
  entries: readonly OtpAccount[],
  nowMs: number,
): Promise<string> {
  const { keyRing, storage } = core
  const id = randomUUID()
  const content = Buffer.from(JSON.stringify(entries.map((otp) => ({ ...otp, secret: [...otp.secret] }))))
  const sealed = keyRing.seal(keyRing.vaultKeyId(), content, batchPlace(id))
  await storage.transaction(async (tx) => {
    await removeBatchesBefore(tx, nowMs - previewMs)
    await insertBatch(tx, { id, sealed, total: entries.length, actorId: actorId(actor), createdAtMs: nowMs })
  })
  return id
}

async function openBatch({ core }: VaultRoom, actor: Actor, batchId: string): Promise<OtpAccount[]> {
  const batch = await findBatch(core.storage.db, batchId)
  const nowMs = core.services.clock.nowMs()
  const isMine = batch !== null && batch.actorId === actorId(actor) && nowMs - batch.createdAtMs < previewMs
  if (!isMine) throw new Failure('candidate_batch_unknown')
  await core.keyRing.readyFor(batch.sealed, batchPlace(batchId))
  const content = core.keyRing.open(batch.sealed, batchPlace(batchId))
  // Sealed by us, so it holds what `keepBatch` wrote.
  const stored = JSON.parse(Buffer.from(content).toString()) as (Omit<OtpAccount, 'secret'> & { secret: number[] })[]
  return stored.map((otp) => completeAccount({ ...otp, secret: Uint8Array.from(otp.secret) }))
}

function batchPlace(id: string) {
  return { table: 'import_job', column: 'sealed_input', row: id }
}
