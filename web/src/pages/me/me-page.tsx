import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { CodeCard } from './code-card.tsx'
import { PassphraseCard } from './passphrase-card.tsx'
import { PasskeysCard } from './passkeys-card.tsx'
import { ProfileCard } from './profile-card.tsx'
import { RecoveryCard } from './recovery-card.tsx'
import { MySessionsCard } from './my-sessions-card.tsx'

/** What is mine: how I look, how I log in, where I am logged in. */
export function MePage() {
  const { t } = useWords()
  const { person } = useMe()
  return (
    <Page title={t('me.title')} lead={person?.username} isNarrow>
      <ProfileCard />
      {person?.source === 'oidc' ? (
        <div style={{ marginBottom: '1.25rem' }}>
          <Note tone="info">{t('me.fromProvider')}</Note>
        </div>
      ) : (
        <>
          <PassphraseCard />
          <CodeCard />
          <RecoveryCard />
        </>
      )}
      <PasskeysCard />
      <MySessionsCard />
    </Page>
  )
}
