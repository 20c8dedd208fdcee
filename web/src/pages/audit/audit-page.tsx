import { Button, Switch } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDownload, IconHistory } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import { type AuditRecord, exportAudit, followAudit, listAudit } from '../../contract.ts'
import { useAddressTexts } from '../../parts/address-texts.ts'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { addressOf } from '../../server/call.ts'
import { type LiveState, useLive } from '../../server/live.ts'
import { usePages } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { AuditFilterFields } from './audit-filter-fields.tsx'
import { emptyFilter, queryOf } from './audit-filter.ts'
import { AuditCounts } from './audit-counts.tsx'
import { AuditList } from './audit-list.tsx'
import { ChainCard } from './chain-card.tsx'

const pageSize = 100
const mostLive = 200
const settleMs = 250

/** What happened: filtered, followed live, counted, exported, and proven whole. */
export function AuditPage() {
  const { t } = useWords()
  const [typed, setTyped] = useAddressTexts(emptyFilter)
  const [filter] = useDebouncedValue(typed, settleMs)
  const [isFollowing, setFollowing] = useState(false)
  const query = useMemo(() => queryOf(filter), [filter])
  const records = usePages(listAudit, { query: { ...query, limit: pageSize } })
  const live = useLiveRecords(isFollowing ? addressOf(followAudit, { query }) : null)
  useWhenLive(live.state, () => void records.list.refetch())
  return (
    <Page
      title={t('audit.title')}
      lead={t('audit.lead')}
      actions={
        <Button
          component="a"
          variant="default"
          href={addressOf(exportAudit, { query })}
          download
          leftSection={<IconDownload size={16} />}
        >
          {t('audit.export')}
        </Button>
      }
    >
      <ChainCard />
      <AuditFilterFields value={typed} onChange={setTyped} />
      <AuditCounts query={query} />
      <div style={{ display: 'flex', alignItems: 'center', gap: '1rem', margin: '1.25rem 0 .75rem' }}>
        <Switch
          label={t('audit.follow')}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
        {isFollowing && (
          <output className="ww-tag" data-tone={live.state === 'live' ? 'good' : 'warn'}>
            {t(`audit.live.${live.state}`)}
          </output>
        )}
      </div>
      <Faces
        of={records.list}
        isEmpty={(items) => items.length + live.records.length === 0}
        empty={
          <EmptyFace
            title={t('audit.emptyTitle')}
            why={t('audit.empty')}
            icon={<IconHistory size={28} stroke={1.6} />}
          />
        }
      >
        {(items: AuditRecord[]) => (
          <>
            <AuditList records={merge(live.records, items)} />
            {records.hasMore && (
              <Button mt="md" variant="default" loading={records.isLoadingMore} onClick={records.more}>
                {t('do.more')}
              </Button>
            )}
          </>
        )}
      </Faces>
    </Page>
  )
}

function useLiveRecords(address: string | null) {
  // What came while another filter was set belongs to that one.
  const [heard, setHeard] = useState<{ address: string | null; records: readonly AuditRecord[] }>({
    address,
    records: [],
  })
  const records = heard.address === address ? heard.records : []
  const state = useLive(address, (data) => {
    if (!isRecord(data)) return
    // Records of one moment come before the page is drawn again.
    setHeard((before) => {
      const earlier = before.address === address ? before.records : []
      return { address, records: [data, ...earlier].slice(0, mostLive) }
    })
  })
  return { state, records }
}

/** The stream tells what comes from now on: what was recorded before it stood, or while it was broken, is loaded. */
function useWhenLive(state: LiveState, catchUp: () => void): void {
  const load = useEffectEvent(catchUp)
  useEffect(() => {
    if (state === 'live') load()
  }, [state])
}

function isRecord(data: unknown): data is AuditRecord {
  return typeof data === 'object' && data !== null && 'sequence' in data && 'action' in data
}

/** Live records before loaded ones, each once, newest first. */
function merge(live: readonly AuditRecord[], loaded: readonly AuditRecord[]): AuditRecord[] {
  const all = new Map([...live, ...loaded].map((record) => [`${record.chain} ${record.sequence}`, record]))
  return [...all.values()].toSorted((a, b) => b.atMs - a.atMs || b.sequence - a.sequence)
}
