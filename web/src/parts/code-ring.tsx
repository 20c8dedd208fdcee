import { secondsLeft } from '../codes/lifetime.ts'

const radius = 17
const length = 2 * Math.PI * radius

interface CodeRingProps {
  readonly validFromMs: number
  readonly validUntilMs: number
  readonly nowMs: number
}

/** How much of its own period a code has left: as an arc, and as seconds so that colour alone says nothing. */
export function CodeRing({ validFromMs, validUntilMs, nowMs }: CodeRingProps) {
  const left = Math.max(0, Math.min(1, (validUntilMs - nowMs) / (validUntilMs - validFromMs)))
  const seconds = secondsLeft(validUntilMs, nowMs)
  return (
    <svg
      className="ww-ring"
      width="40"
      height="40"
      viewBox="0 0 40 40"
      aria-hidden="true"
      {...(seconds <= 5 ? { 'data-low': '' } : {})}
      {...(left > 0.97 ? { 'data-fresh': '' } : {})}
    >
      <circle className="ww-ring-track" cx="20" cy="20" r={radius} strokeWidth="3" />
      <circle
        className="ww-ring-rest"
        cx="20"
        cy="20"
        r={radius}
        strokeWidth="3"
        strokeDasharray={length}
        strokeDashoffset={length * (1 - left)}
      />
      <text x="20" y="20.5">
        {seconds}
      </text>
    </svg>
  )
}
