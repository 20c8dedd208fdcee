import type { Intake, IntakeBegin } from '../../api/intake.ts'
import type { FailureCode } from '../../errors/catalogue.ts'
import type { AuditEvent } from '../audit/event.ts'

/** What is noted of an intake after the secret was loaded. */
export interface IntakeNote {
  readonly step: 'registered' | 'rotated' | 'checked'
  readonly by?: string | undefined
}

/** An event as the audit recorded it. */
type Recorded = Pick<AuditEvent, 'actorName' | 'outcome' | 'detail'> & { readonly atMs: number }

/** The record that the audited steps of an intake add up to, oldest first; null when there was none. */
export function intakeOf(steps: readonly Recorded[]): Intake | null {
  return steps.reduce<Intake | null>(withStep, null)
}

function withStep(intake: Intake | null, { actorName, atMs, detail = {} }: Recorded): Intake | null {
  const { step, readers, exception, by, shownTo } = detail
  if (intake === null) {
    if (step !== 'loaded' || !Array.isArray(readers)) return null
    const excused = typeof exception === 'string' ? { exception } : {}
    return { readers: [...(readers as readonly string[])], ...excused, loader: actorName, loadedAtMs: atMs }
  }
  if (step === 'registered') return { ...intake, registeredAtMs: atMs }
  if (step === 'rotated') return { ...intake, rotatedBy: String(by), rotatedAtMs: atMs }
  if (step === 'checked') return { ...intake, shownTo: String(shownTo), checkedAtMs: atMs }
  return intake
}

/** Why somebody must not load this secret: they read the mailbox, and no exception says why they do it all the same. */
export function refuseLoader({ readers, exception = '' }: IntakeBegin, loader: string): FailureCode | null {
  return isAmong(readers, loader) && exception.trim() === '' ? 'intake_loader_reads' : null
}

/** Why a step cannot be noted now; null when it can. */
export function refuseNote({ step, by = '' }: IntakeNote, intake: Intake, shownTo: string | null): FailureCode | null {
  if (step !== nextStep(intake)) return 'intake_step_order'
  if (step === 'rotated' && by.trim() === '') return 'intake_rotated_by_missing'
  if (step === 'rotated' && isAmong([intake.loader], by)) return 'intake_same_person'
  return step === 'checked' && shownTo === null ? 'intake_not_checked' : null
}

/** Who, other than the loader, was first handed a code since the password was changed. Newest reveal first. */
export function shownSince({ loader, rotatedAtMs }: Intake, reveals: readonly Recorded[]): string | null {
  if (rotatedAtMs === undefined) return null
  const counted = reveals.filter(
    ({ atMs, outcome, actorName }) => outcome === 'accepted' && atMs >= rotatedAtMs && !isAmong([loader], actorName),
  )
  return counted.at(-1)?.actorName ?? null
}

function nextStep(intake: Intake): IntakeNote['step'] | null {
  if (intake.registeredAtMs === undefined) return 'registered'
  if (intake.rotatedAtMs === undefined) return 'rotated'
  return intake.checkedAtMs === undefined ? 'checked' : null
}

function isAmong(names: readonly string[], person: string): boolean {
  return names.some((name) => fold(name) === fold(person))
}

function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}
