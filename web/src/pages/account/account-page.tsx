import { type Account, readAccount } from '../../contract.ts'
import { BackLink } from '../../parts/back-link.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { CodeCard } from './code-card.tsx'
import { CustodyCard } from './custody-card.tsx'
import { DeletedNote } from './deleted-note.tsx'
import { DetailsCard } from './details-card.tsx'
import { GrantsCard } from './grants-card.tsx'
import { IntakeCard } from './intake-card.tsx'
import { RegisterCard } from './register-card.tsx'
import { RevealsCard } from './reveals-card.tsx'
import { SecretCard } from './secret-card.tsx'

/** Everything about one account, as far as this visitor may see it. */
export function AccountPage({ accountId }: { accountId: string }) {
  const account = useServer(readAccount, { params: { account: accountId } })
  return <Faces of={account}>{(loaded: Account) => <Loaded account={loaded} />}</Faces>
}

function Loaded({ account }: { account: Account }) {
  const { t } = useWords()
  const isDeleted = account.deletedAtMs !== null
  return (
    <Page title={account.label} back={<BackLink href="/">{t('account.back')}</BackLink>} isNarrow>
      {account.rotateReason !== null && (
        <div style={{ marginBottom: '1.25rem' }}>
          <Note tone="warn">{t('account.rotate', { reason: account.rotateReason })}</Note>
        </div>
      )}
      {isDeleted ? <DeletedNote account={account} /> : <CodeCard account={account} />}
      <DetailsCard account={account} />
      {account.mayManage && !isDeleted && (
        <>
          <IntakeCard accountId={account.id} />
          <GrantsCard accountId={account.id} />
          {account.type === 'totp' && <RegisterCard accountId={account.id} />}
          <RevealsCard accountId={account.id} />
          <CustodyCard accountId={account.id} />
          <SecretCard account={account} />
        </>
      )}
    </Page>
  )
}
