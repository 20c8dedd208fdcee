import { Note } from '../parts/note.tsx'
import { serverClock } from '../server/clock.ts'
import { useWhoAmI } from '../session/session.tsx'
import { useWords } from '../words/words.tsx'

/** A clock off by less than this still makes codes that a window of one step accepts. */
const toleratedMs = 20_000

/** Says that the visitor's clock is wrong, and what that means here (T105). */
export function ClockBanner() {
  const { t, language } = useWords()
  // Asked again whenever the server answered, because that is when we learn its time.
  useWhoAmI()
  const aheadMs = serverClock.visitorAheadMs() ?? 0
  if (Math.abs(aheadMs) < toleratedMs) return null
  return (
    <div className="ww-banner ww-no-print">
      <Note tone="warn">
        {t(aheadMs > 0 ? 'app.clockAhead' : 'app.clockBehind', { distance: spell(Math.abs(aheadMs), language) })}{' '}
        {t('app.clockWhy')}
      </Note>
    </div>
  )
}

function spell(ms: number, language: string): string {
  const units = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const
  // Rounded first: 59 minutes and 59.9 seconds are an hour.
  const [unit, size] = units.find(([, size]) => Math.round((ms / size) * 20) >= 20) ?? ['second', 1000]
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.round(ms / size))
}
