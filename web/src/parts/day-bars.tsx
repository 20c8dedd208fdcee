import { useState } from 'react'
import { Anchor } from '@mantine/core'
import { useWords } from '../words/words.tsx'
import { dayAtMs } from './days.ts'

export interface DayCount {
  /** Year, month and day in UTC, such as 2026-03-01. */
  readonly day: string
  readonly count: number
}

const height = 72
const barWidth = 12
const gap = 4

/** Counts per day as bars, and as a table for whoever does not see bars. */
export function DayBars({ label, days }: { label: string; days: readonly DayCount[] }) {
  const { t, day: dayText, number } = useWords()
  const [isTable, setTable] = useState(false)
  const most = Math.max(1, ...days.map(({ count }) => count))
  const width = days.length * (barWidth + gap)
  const total = days.reduce((sum, { count }) => sum + count, 0)
  return (
    <figure style={{ margin: 0 }}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width="100%"
        height={height}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {days.map(({ day, count }, index) => {
          const bar = count === 0 ? 2 : Math.max(4, (count / most) * height)
          return (
            <rect
              key={day}
              x={index * (barWidth + gap)}
              y={height - bar}
              width={barWidth}
              height={bar}
              rx={2}
              fill={count === 0 ? 'var(--ww-line)' : 'var(--ww-accent)'}
            >
              <title>{`${dayText(dayAtMs(day))}: ${number(count)}`}</title>
            </rect>
          )
        })}
      </svg>
      <figcaption
        className="ww-quiet ww-small"
        style={{ display: 'flex', justifyContent: 'space-between', gap: '1rem' }}
      >
        <span>
          {label}: {number(total)}
        </span>
        <Anchor
          component="button"
          type="button"
          size="xs"
          style={{ whiteSpace: 'nowrap' }}
          aria-expanded={isTable}
          onClick={() => setTable(!isTable)}
        >
          {t('chart.table')}
        </Anchor>
      </figcaption>
      {isTable && <DayTable days={days} />}
    </figure>
  )
}

function DayTable({ days }: { days: readonly DayCount[] }) {
  const { t, day: dayText, number } = useWords()
  return (
    <table className="ww-table">
      <thead>
        <tr>
          <th scope="col">{t('chart.day')}</th>
          <th scope="col">{t('chart.count')}</th>
        </tr>
      </thead>
      <tbody>
        {days
          .filter(({ count }) => count > 0)
          .map(({ day, count }) => (
            <tr key={day}>
              <td>{dayText(dayAtMs(day))}</td>
              <td>{number(count)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  )
}
