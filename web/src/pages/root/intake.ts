import type { Intake } from '../../contract.ts'

/** What is asked before the secret is loaded; from then on the server keeps the record. */
export interface IntakeDraft {
  readonly name: string
  readonly number: string
  /** User names and names of whoever reads the mailbox. */
  readonly readers: readonly string[]
  /** Why the loader may read the mailbox all the same. */
  readonly exception?: string
}

export const stepNames = ['readers', 'load', 'register', 'rotate', 'check', 'done'] as const
export type StepName = (typeof stepNames)[number]

/** The step that comes next; none can be skipped. */
export function stepOf(draft: IntakeDraft | null, intake: Intake | null): StepName {
  if (intake === null) return draft === null ? 'readers' : 'load'
  if (intake.registeredAtMs === undefined) return 'register'
  if (intake.rotatedAtMs === undefined) return 'rotate'
  return intake.checkedAtMs === undefined ? 'check' : 'done'
}

/** Whether a person stands among the names, whatever the letter case and the blanks around them. */
export function isAmong(names: readonly string[], ...person: readonly string[]): boolean {
  const folded = new Set(names.map(fold))
  return person.some((name) => name !== '' && folded.has(fold(name)))
}

/** The tag of an unfinished intake in every language: whoever closes it may read another one. */
export const openTags: readonly string[] = ['root: unfinished', 'root: unfertig']

/** Tags of an account whose intake is over: what people added stays. */
export function closedTags(tags: readonly string[], closed: string): string[] {
  return [...new Set([...tags.filter((tag) => !openTags.includes(tag)), closed])]
}

function fold(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}
