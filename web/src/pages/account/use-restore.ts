import { notifications } from '@mantine/notifications'
import { type Account, listAccounts, readAccount, restoreAccount } from '../../contract.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

/** Brings a deleted account back, and says so. */
export function useRestore(account: Account) {
  const { t } = useWords()
  const act = useAct(restoreAccount, [listAccounts, readAccount])
  const restore = async () => {
    const done = await act.run({ params: { account: account.id } })
    if (done !== null) notifications.show({ message: t('codes.restored', { name: account.label }) })
  }
  return { restore, isRunning: act.isRunning, trouble: act.trouble }
}
