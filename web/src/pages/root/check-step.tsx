import { Button, Checkbox, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import {
  type Account,
  type Intake,
  listAccounts,
  noteIntake,
  readAccount,
  readIntake,
  updateAccount,
} from '../../contract.ts'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { CodeCard } from '../account/code-card.tsx'
import { closedTags, isAmong } from './intake.ts'

interface CheckStepProps {
  readonly account: Account
  readonly intake: Intake
  /** Somebody but the loader was shown a code since the password was changed. */
  readonly mayCheck: boolean
}

/** The second login, by whoever changed the password, closes the record. */
export function CheckStep({ account, intake, mayCheck }: CheckStepProps) {
  const { t } = useWords()
  const isLoader = isAmong([intake.loader], useMe().person?.username ?? '')
  const [isConfirmed, setConfirmed] = useState(false)
  const { close, isRunning, trouble } = useClose(account)
  // The record is closed before the tags are set: what is left undone is still said.
  if (intake.checkedAtMs !== undefined) return <TroubleNote trouble={trouble} />
  return (
    <Stack>
      <Text>{t('root.checkWhy')}</Text>
      {!isLoader && account.mayReveal ? (
        <CodeCard account={account} />
      ) : (
        <Note tone={mayCheck ? 'good' : 'info'}>{t(mayCheck ? 'root.checkSeen' : 'root.checkOther')}</Note>
      )}
      <Checkbox
        label={t('root.checked')}
        disabled={!mayCheck}
        checked={isConfirmed}
        onChange={(event) => setConfirmed(event.currentTarget.checked)}
      />
      <TroubleNote trouble={trouble} />
      <Button
        className="ww-no-print"
        style={{ alignSelf: 'flex-start' }}
        disabled={!mayCheck || !isConfirmed}
        loading={isRunning}
        onClick={() => void close()}
      >
        {t('root.finish')}
      </Button>
    </Stack>
  )
}

function useClose({ id }: Account) {
  const { t } = useWords()
  const fresh = useAct(readAccount)
  const retag = useAct(updateAccount, [readAccount, listAccounts])
  const note = useAct(noteIntake, [readIntake])
  const close = async () => {
    const params = { account: id }
    // The tags as they are now: somebody may have added some since the page was opened.
    const now = await fresh.run({ params })
    if (now === null) return
    if ((await note.run({ params, body: { step: 'checked' } })) === null) return
    await retag.run({ params, body: { tags: closedTags(now.answer.tags, t('root.tag')) } })
  }
  return {
    close,
    isRunning: fresh.isRunning || note.isRunning || retag.isRunning,
    trouble: fresh.trouble ?? note.trouble ?? retag.trouble,
  }
}
