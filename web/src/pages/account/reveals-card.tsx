import { Button } from '@mantine/core'
import { useState } from 'react'
import { type Answer, listReveals } from '../../contract.ts'
import { DayBars, daysBefore } from '../../parts/day-bars.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Surface } from '../../parts/surface.tsx'
import { serverClock } from '../../server/clock.ts'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type RevealRecord = Answer<typeof listReveals>['items'][number]

const shownAtFirst = 8
const chartDays = 30

/** Who saw codes of this account, and when. */
export function RevealsCard({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const reveals = useServer(listReveals, { params: { account: accountId }, query: { limit: 500 } })
  return (
    <Surface title={t('account.reveals')} lead={t('account.revealsLead')} isFlush>
      <Faces
        of={reveals}
        isEmpty={({ items }) => items.length === 0}
        empty={<p className="ww-quiet ww-item">{t('account.revealsEmpty')}</p>}
      >
        {({ items }) => <RevealList items={items} />}
      </Faces>
    </Surface>
  )
}

function RevealList({ items }: { items: readonly RevealRecord[] }) {
  const { t } = useWords()
  const [isWhole, setWhole] = useState(false)
  const handedOut = items.filter(({ outcome }) => outcome === 'accepted')
  const days = daysBefore(serverClock.nowMs(), chartDays).map((day) => ({
    day,
    count: handedOut.filter(({ atMs }) => new Date(atMs).toISOString().startsWith(day)).length,
  }))
  return (
    <>
      <div style={{ padding: '0 1.25rem 1rem' }}>
        <DayBars label={t('account.revealsChart')} days={days} />
      </div>
      <ul className="ww-list">
        {items.slice(0, isWhole ? undefined : shownAtFirst).map(({ atMs, actorName, outcome, step }) => (
          <li key={`${atMs} ${actorName} ${step}`} className="ww-item" style={{ padding: '.55rem 1.25rem' }}>
            <span className="ww-item-main" dir="auto">
              {actorName}
            </span>
            {outcome !== 'accepted' && <OutcomeTag outcome={outcome} />}
            <span className="ww-quiet ww-small">
              <Moment atMs={atMs} />
            </span>
          </li>
        ))}
      </ul>
      {!isWhole && items.length > shownAtFirst && (
        <div className="ww-item">
          <Button variant="subtle" size="xs" onClick={() => setWhole(true)}>
            {t('do.more')}
          </Button>
        </div>
      )}
    </>
  )
}
