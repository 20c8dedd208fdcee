const noiseMs = 2_000
// Outside these a header is no clock, and a code for its moment could not be made.
const earliestMs = Date.UTC(2000, 0)
const latestMs = Date.UTC(2200, 0)

/**
 * How far the server's clock is ahead of ours, by the `Date` header of its answer.
 *
 * The header has whole seconds, so that half a second is added; what lies within two seconds counts as
 * equal, because the header and the journey explain that much.
 *
 * @param receivedMs - our clock when the answer came
 * @returns milliseconds to add to our clock; null without a believable header
 */
export function clockOffsetMs(dateHeader: string | null, receivedMs: number): number | null {
  const serverMs = Date.parse(dateHeader ?? '')
  if (!(serverMs >= earliestMs && serverMs <= latestMs)) return null
  const offsetMs = serverMs + 500 - receivedMs
  return Math.abs(offsetMs) <= noiseMs ? 0 : offsetMs
}
