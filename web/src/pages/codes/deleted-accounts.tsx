import { Button } from '@mantine/core'
import { type Account, listAccounts } from '../../contract.ts'
import { Moment } from '../../parts/moment.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { useRestore } from '../account/use-restore.ts'

/** What was deleted lately and can come back; nothing at all while nothing was. */
export function DeletedAccounts() {
  const { t } = useWords()
  const deleted = useEverything(listAccounts, { query: { deleted: true } })
  const items = deleted.data ?? []
  if (items.length === 0) return null
  return (
    <div style={{ marginTop: '2.5rem' }}>
      <Surface title={t('codes.deleted')} lead={t('codes.deletedLead')} isFlush>
        <ul className="ww-list">
          {items.map((account) => (
            <DeletedAccount key={account.id} account={account} />
          ))}
        </ul>
      </Surface>
    </div>
  )
}

function DeletedAccount({ account }: { account: Account }) {
  const { t } = useWords()
  const { restore, isRunning, trouble } = useRestore(account)
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <div className="ww-item-title" dir="auto">
          {account.label}
        </div>
        <div className="ww-quiet ww-small">
          <Moment atMs={account.deletedAtMs} />
        </div>
        <TroubleNote trouble={trouble} />
      </div>
      <Button variant="default" size="sm" loading={isRunning} onClick={() => void restore()}>
        {t('codes.restore')}
      </Button>
    </li>
  )
}
