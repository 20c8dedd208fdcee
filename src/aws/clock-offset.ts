const noiseMs = 2_000

/**
 * How far the server's clock is ahead of ours, by the `Date` header of its answer.
 *
 * The header has whole seconds, so that half a second is added; what lies within two seconds counts as
 * equal, because the header and the journey explain that much.
 *
 * @param receivedMs - our clock when the answer came
 * @returns milliseconds to add to our clock; null without a readable header
 */
export function clockOffsetMs(dateHeader: string | null, receivedMs: number): number | null {
  const serverMs = Date.parse(dateHeader ?? '')
  if (Number.isNaN(serverMs)) return null
  const offsetMs = serverMs + 500 - receivedMs
  return Math.abs(offsetMs) <= noiseMs ? 0 : offsetMs
}
