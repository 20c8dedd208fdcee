import { type Answer, countAudit } from '../../contract.ts'
import { DayBars } from '../../parts/day-bars.tsx'
import { daysBefore } from '../../parts/days.ts'
import { Surface } from '../../parts/surface.tsx'
import { serverClock } from '../../server/clock.ts'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import type { AuditQuery } from './audit-filter.ts'

const chartDays = 30
const mostActions = 6

/** How much happened each day, and of which kind. */
export function AuditCounts({ query }: { query: AuditQuery }) {
  const { t } = useWords()
  const counts = useServer(countAudit, { query })
  if (counts.data === undefined || counts.data.days.length === 0) return null
  const byDay = daysBefore(serverClock.nowMs(), chartDays).map((day) => ({
    day,
    count: sum(counts.data.days.filter((row) => row.day === day)),
  }))
  return (
    <Surface>
      <DayBars label={t('audit.chart')} days={byDay} />
      <ActionBars rows={counts.data.days} />
    </Surface>
  )
}

type Rows = Answer<typeof countAudit>['days']

function ActionBars({ rows }: { rows: Rows }) {
  const { t, has, number } = useWords()
  const textOf = (action: string) => (has(`act.${action}`) ? t(`act.${action}`) : action)
  const actions = [...new Set(rows.map(({ action }) => action))]
    .map((action) => ({ action, count: sum(rows.filter((row) => row.action === action)) }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostActions)
  const most = Math.max(1, ...actions.map(({ count }) => count))
  return (
    <dl className="ww-bars" aria-label={t('audit.byAction')}>
      {actions.map(({ action, count }) => (
        <div key={action}>
          <dt className={has(`act.${action}`) ? '' : 'ww-mono'}>{textOf(action)}</dt>
          <dd>
            <span className="ww-bar" style={{ width: `${(count / most) * 100}%` }} aria-hidden="true" />
            <span>{number(count)}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function sum(rows: Rows): number {
  return rows.reduce((total, { count }) => total + count, 0)
}
