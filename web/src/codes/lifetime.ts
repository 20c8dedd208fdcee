/** Whole seconds a code still lives; 0 once it is over. */
export function secondsLeft(validUntilMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((validUntilMs - nowMs) / 1000))
}

/** Whether a code may still stand on the screen. */
export function isAlive(code: { readonly validUntilMs: number }, nowMs: number): boolean {
  return nowMs < code.validUntilMs
}
