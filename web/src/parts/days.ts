/** When a day begins here, so that it is written as that day wherever the visitor is. */
export function dayAtMs(day: string): number {
  return new Date(`${day}T00:00:00`).getTime()
}

/** The last so many days in UTC, oldest first, today included. */
export function daysBefore(nowMs: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(nowMs - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  )
}
