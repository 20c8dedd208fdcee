import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stepAt } from '../../../otp/totp.ts'
import { withLock } from './lock.ts'
import { replaceFile } from './replace-file.ts'
import type { AgentStore } from './store.ts'

/** A step that nobody else on this computer will use. */
export interface ReservedStep {
  /** floor(unix seconds / period), the counter to compute the code with. */
  readonly step: number
  /** When the code of this step becomes valid, in Unix milliseconds; in the past for the present step. */
  readonly validFromMs: number
}

/** What is reserved, and when. */
export interface ReservationRequest {
  /** The account's name. */
  readonly name: string
  readonly periodSeconds: number
  readonly nowMs: number
}

/**
 * Reserves the first step of an account that no other process has taken, from the present one on.
 *
 * Services accept each code once (RFC 6238 section 5.2), so two sign-ins at the same moment need two steps. A caller
 * that gets a later step waits until `validFromMs` before it sends the code.
 */
export async function reserveStep(store: AgentStore, request: ReservationRequest): Promise<ReservedStep> {
  return changeHighest(store, request.name, (highest) => {
    const step = nextStep(highest, request)
    return { highest: step, result: { step, validFromMs: step * request.periodSeconds * 1000 } }
  })
}

/**
 * Takes one given step of an account, such as the step of a code that came from the team's vault.
 *
 * @returns false where another process on this computer has taken it, or a later one
 */
export async function claimStep(store: AgentStore, name: string, step: number): Promise<boolean> {
  return changeHighest(store, name, (highest) =>
    isTaken(highest, step) ? { highest: null, result: false } : { highest: step, result: true },
  )
}

async function changeHighest<T>(
  store: AgentStore,
  name: string,
  decide: (highest: number | undefined) => { highest: number | null; result: T },
): Promise<T> {
  const folder = store.settings.paths.state
  const path = join(folder, 'spent-steps.json')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return withLock(`${path}.lock`, async () => {
    const spent = await readSpent(path)
    const { highest, result } = decide(spent[name])
    if (highest !== null) await replaceFile(path, Buffer.from(JSON.stringify({ ...spent, [name]: highest })))
    return result
  })
}

/** The first step from the present one on that lies above the highest one taken. */
export function nextStep(highest: number | undefined, { nowMs, periodSeconds }: ReservationRequest): number {
  const present = stepAt(nowMs, periodSeconds)
  return isTaken(highest, present) ? (highest ?? present) + 1 : present
}

/** Whether a step is at or below the highest one taken. */
function isTaken(highest: number | undefined, step: number): boolean {
  // A highest step far ahead can only come from a clock that was wrong: waiting for it could take years.
  return highest !== undefined && highest >= step && highest <= step + 10
}

async function readSpent(path: string): Promise<Record<string, number>> {
  try {
    const spent: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof spent !== 'object' || spent === null) return {}
    return Object.fromEntries(Object.entries(spent).filter(([, step]) => Number.isSafeInteger(step)))
  } catch {
    return {}
  }
}
