import { Button } from '@mantine/core'
import { type Answer, countReveals, listReveals } from '../../contract.ts'
import { DayBars } from '../../parts/day-bars.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Surface } from '../../parts/surface.tsx'
import { usePages, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type RevealRecord = Answer<typeof listReveals>['items'][number]

const pageSize = 8

/** Who saw codes of this account, and when. */
export function RevealsCard({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const params = { account: accountId }
  const reveals = usePages(listReveals, { params, query: { limit: pageSize } })
  return (
    <Surface title={t('account.reveals')} lead={t('account.revealsLead')} isFlush>
      <Faces
        of={reveals.list}
        isEmpty={(items) => items.length === 0}
        empty={<p className="ww-quiet ww-item">{t('account.revealsEmpty')}</p>}
      >
        {(items) => (
          <>
            <RevealChart accountId={accountId} />
            <RevealList items={items} />
            {reveals.hasMore && (
              <div className="ww-item">
                <Button variant="subtle" size="xs" loading={reveals.isLoadingMore} onClick={reveals.more}>
                  {t('do.more')}
                </Button>
              </div>
            )}
          </>
        )}
      </Faces>
    </Surface>
  )
}

// Counted by the server: what is loaded of a busy account may not reach back to yesterday.
function RevealChart({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const counts = useServer(countReveals, { params: { account: accountId } })
  return (
    <div style={{ padding: '0 var(--ww-inset) 1rem' }}>
      <Faces of={counts}>{({ days }) => <DayBars label={t('account.revealsChart')} days={days} />}</Faces>
    </div>
  )
}

function RevealList({ items }: { items: readonly RevealRecord[] }) {
  return (
    <ul className="ww-list">
      {items.map(({ atMs, actorName, outcome, step }, index) => (
        <li key={`${index} ${atMs} ${step}`} className="ww-item" style={{ paddingBlock: '.55rem' }}>
          <span className="ww-item-main" data-beside="" dir="auto">
            {actorName}
          </span>
          {outcome !== 'accepted' && <OutcomeTag outcome={outcome} />}
          <span className="ww-quiet ww-small">
            <Moment atMs={atMs} />
          </span>
        </li>
      ))}
    </ul>
  )
}
