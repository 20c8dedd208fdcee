/** What is known of a root account while it is taken in. */
export interface Intake {
  readonly name: string
  readonly number: string
  /** User names and names of whoever reads the mailbox, once asked. */
  readonly readers: readonly string[]
  /** User name of whoever loads the secret. */
  readonly loader: string
  /** Why the loader may read the mailbox all the same. */
  readonly exception?: string
  readonly areReadersKnown?: boolean
  readonly accountId?: string
  readonly isRegistered?: boolean
  readonly rotatedBy?: string
  readonly rotatedAtMs?: number
  readonly checkedAtMs?: number
}

export const stepNames = ['readers', 'load', 'register', 'rotate', 'check', 'done'] as const
export type StepName = (typeof stepNames)[number]

/** The step that comes next; none can be skipped. */
export function stepOf(intake: Intake): StepName {
  if (intake.areReadersKnown !== true) return 'readers'
  if (intake.accountId === undefined) return 'load'
  if (intake.isRegistered !== true) return 'register'
  if (intake.rotatedBy === undefined) return 'rotate'
  return intake.checkedAtMs === undefined ? 'check' : 'done'
}

/** Whether a person stands among the names, whatever the letter case and the blanks around them. */
export function isAmong(names: readonly string[], ...person: readonly string[]): boolean {
  const folded = new Set(names.map(fold))
  return person.some((name) => name !== '' && folded.has(fold(name)))
}

function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}
