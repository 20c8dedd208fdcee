import { Button, Text } from '@mantine/core'
import type { Account } from '../../contract.ts'
import { Moment } from '../../parts/moment.tsx'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useWords } from '../../words/words.tsx'
import { useRestore } from './use-restore.ts'

/** Says that an account is deleted, and brings it back for who may. */
export function DeletedNote({ account }: { account: Account }) {
  const { t } = useWords()
  const { restore, isRunning, trouble } = useRestore(account)
  return (
    <div style={{ marginBottom: '1.25rem' }}>
      <Note tone="warn">
        <Text component="div" fw={600}>
          {t('account.isDeleted')} · <Moment atMs={account.deletedAtMs} />
        </Text>
        <Text>{t('account.isDeletedWhy')}</Text>
        {account.mayManage && (
          <Button variant="default" size="xs" mt="sm" loading={isRunning} onClick={() => void restore()}>
            {t('codes.restore')}
          </Button>
        )}
      </Note>
      <TroubleNote trouble={trouble} />
    </div>
  )
}
