import { IconDeviceDesktop } from '@tabler/icons-react'
import { listSessions } from '../../contract.ts'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { SessionList } from './session-list.tsx'

/** Every session of everybody. */
export function SessionsPage() {
  const { t } = useWords()
  const sessions = useEverything(listSessions, { query: { all: true } })
  return (
    <Page title={t('sessions.title')} lead={t('sessions.lead')}>
      <Faces
        of={sessions}
        isEmpty={(all) => all.length === 0}
        empty={<EmptyFace title={t('sessions.emptyTitle')} icon={<IconDeviceDesktop size={28} />} />}
      >
        {(all) => (
          <div className="ww-surface">
            <SessionList sessions={all} withNames />
          </div>
        )}
      </Faces>
    </Page>
  )
}
