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
  const folder = store.settings.paths.state
  const path = join(folder, 'spent-steps.json')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return withLock(`${path}.lock`, async () => {
    const spent = await readSpent(path)
    const step = nextStep(spent[request.name], request)
    await replaceFile(path, Buffer.from(JSON.stringify({ ...spent, [request.name]: step })))
    return { step, validFromMs: step * request.periodSeconds * 1000 }
  })
}

/** The first step from the present one on that lies above the highest one taken. */
export function nextStep(highest: number | undefined, { nowMs, periodSeconds }: ReservationRequest): number {
  const present = stepAt(nowMs, periodSeconds)
  // A highest step far ahead can only come from a clock that was wrong: waiting for it could take years.
  if (highest === undefined || highest > present + 10) return present
  return Math.max(present, highest + 1)
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
