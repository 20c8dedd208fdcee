import { setTimeout as pause } from 'node:timers/promises'

const everyMs = 50

/** Waits until a claim holds; the deadline is generous, since it ends a test that hangs and measures nothing. */
export async function until(holds: () => Promise<boolean> | boolean, deadlineMs = 120_000): Promise<void> {
  const endsAtMs = Date.now() + deadlineMs
  while (!(await holds())) {
    if (Date.now() > endsAtMs) throw new Error(`this did not come to hold: ${holds.toString()}`)
    await pause(everyMs)
  }
}
