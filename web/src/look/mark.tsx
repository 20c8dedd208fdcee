/** Our mark: a tessera, the tablet the watchword went round on, with its W and the sentry's torch. */
function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" className="ww-mark">
      <rect x="1" y="1" width="30" height="30" rx="8" fill="#852856" />
      <path
        d="M6.5 11.5 11 22.5 16 13l5 9.5 4.5-11"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="7.2" r="1.9" fill="#f3d9a4" />
    </svg>
  )
}

/** The mark with the name beside it, in the capitals of Roman inscriptions. */
export function Wordmark({ size = 30 }: { size?: number }) {
  return (
    <span className="ww-wordmark">
      <Mark size={size} />
      <span>Watchword</span>
    </span>
  )
}
