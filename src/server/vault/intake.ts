import type { IntakeAnswer, IntakeBegin } from '../../api/intake.ts'
import { Failure } from '../../errors/failure.ts'
import type { AuditEvent } from '../audit/event.ts'
import { type Actor, actorName } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { accountEvent, holdManaged, manageAccount } from './account-access.ts'
import { intakeOf, type IntakeNote, refuseLoader, refuseNote, shownSince } from './intake-rule.ts'
import type { VaultRoom } from './room.ts'

const action = 'account.intake'
/** Four steps, and some that two people noted in the same moment. */
const mostSteps = 20
/** Reveals looked through for one that counts. */
const mostReveals = 500

/**
 * The audit's first line of an intake, for the transaction that stores the secret.
 *
 * @throws {@link Failure} `intake_loader_reads`
 */
export function intakeBegun(actor: Actor, account: VaultAccount, given: IntakeBegin): AuditEvent {
  const failure = refuseLoader(given, actorName(actor))
  if (failure !== null) throw new Failure(failure)
  const { readers, exception } = given
  const excused = exception === undefined ? {} : { exception }
  return accountEvent(actor, action, account, { step: 'loaded', readers, ...excused })
}

/**
 * How a root account was taken in. The audit is where that stands: nobody can write over it, and whoever goes on
 * with it another day, elsewhere, finds what was done.
 *
 * @throws {@link Failure} `account_not_found`, `forbidden`, `account_deleted`
 */
export async function readIntake(room: VaultRoom, actor: Actor, accountId: string): Promise<IntakeAnswer> {
  const { storage, services } = room.core
  await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  const { intake, shownTo } = await recorded(room, accountId)
  return { intake, mayCheck: shownTo !== null }
}

/**
 * Notes the next step.
 *
 * @throws {@link Failure} as {@link readIntake}, `intake_not_begun`, `intake_step_order`,
 *   `intake_rotated_by_missing`, `intake_same_person`, `intake_not_checked`
 */
export async function noteIntake(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  note: IntakeNote,
): Promise<IntakeAnswer> {
  const { storage, audit, services } = room.core
  await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  const { intake, shownTo } = await recorded(room, accountId)
  if (intake === null) throw new Failure('intake_not_begun')
  const failure = refuseNote(note, intake, shownTo)
  if (failure !== null) throw new Failure(failure)
  const { step, by } = note
  const said = step === 'rotated' ? { by: by ?? '' } : step === 'checked' ? { shownTo } : {}
  await storage.transaction(async (tx) => {
    const { account } = await holdManaged(room, tx, actor, accountId, services.clock.nowMs())
    await audit.append(tx, [accountEvent(actor, action, account, { step, ...said })])
  })
  return readIntake(room, actor, accountId)
}

async function recorded({ core }: VaultRoom, accountId: string) {
  const steps = await core.audit.list({ object: accountId, action }, { limit: mostSteps })
  const intake = intakeOf(steps.items.toReversed())
  if (intake?.rotatedAtMs === undefined) return { intake, shownTo: null }
  const afterMs = intake.rotatedAtMs
  const filter = { object: accountId, action: 'account.reveal', outcome: 'accepted', afterMs }
  const reveals = await core.audit.list(filter, { limit: mostReveals })
  return { intake, shownTo: shownSince(intake, reveals.items) }
}
