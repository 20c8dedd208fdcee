import { listAccounts, readAccount, updateAccount } from '../../contract.ts'
import { serverClock } from '../../server/clock.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import type { Intake } from './intake.ts'

/** The record of an intake: in words, and in the account's note, where the audit sees each change. */
export function useRecord(intake: Intake) {
  const { t, dateTime } = useWords()
  const act = useAct(updateAccount, [readAccount, listAccounts])
  const { readers, loader, exception, rotatedBy, rotatedAtMs, accountId } = intake
  const text = (checkedAtMs?: number) => {
    const lines = [
      t('root.record.readers', { names: readers.join(', ') }),
      t('root.record.loader', { name: loader, when: dateTime(serverClock.nowMs()) }),
    ]
    if (exception !== undefined) lines.push(t('root.record.exception', { reason: exception }))
    if (rotatedBy !== undefined && rotatedAtMs !== undefined) {
      lines.push(t('root.record.rotated', { name: rotatedBy, when: dateTime(rotatedAtMs) }))
    }
    if (checkedAtMs !== undefined) lines.push(t('root.record.checked', { when: dateTime(checkedAtMs) }))
    return lines.join('\n')
  }
  const close = async (checkedAtMs: number) => {
    if (accountId === undefined) return false
    const body = { note: text(checkedAtMs), tags: [t('root.tag')] }
    return (await act.run({ params: { account: accountId }, body })) !== null
  }
  return { text, close, isRunning: act.isRunning, trouble: act.trouble }
}
