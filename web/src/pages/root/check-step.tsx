import { Button, Checkbox, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type Account, type Answer, listReveals, readAccount } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { serverClock } from '../../server/clock.ts'
import { useServer } from '../../server/queries.ts'
import type { Trouble } from '../../server/trouble.ts'
import { useWords } from '../../words/words.tsx'
import { CodeCard } from '../account/code-card.tsx'

interface CheckStepProps {
  readonly accountId: string
  readonly isBusy: boolean
  readonly trouble: Trouble | null
  onChecked(atMs: number): Promise<void>
}

const pollMs = 3000

/** A code must have been shown since this step began, to whoever logs in with the new password. */
export function CheckStep({ accountId, isBusy, trouble, onChecked }: CheckStepProps) {
  const { t } = useWords()
  const params = { account: accountId }
  const account = useServer(readAccount, { params })
  const reveals = useServer(listReveals, { params, query: { limit: 5 } }, { refetchInterval: () => pollMs })
  const [sinceMs] = useState(() => serverClock.nowMs())
  const [isConfirmed, setConfirmed] = useState(false)
  const wasShown = (reveals.data?.items ?? []).some((record: RevealRecord) => record.atMs >= sinceMs)
  return (
    <Stack>
      <Text>{t('root.checkWhy')}</Text>
      <Faces of={account}>{(loaded: Account) => (loaded.mayReveal ? <CodeCard account={loaded} /> : null)}</Faces>
      <Checkbox
        label={t('root.checked')}
        disabled={!wasShown}
        checked={isConfirmed}
        onChange={(event) => setConfirmed(event.currentTarget.checked)}
      />
      <TroubleNote trouble={trouble} />
      <Button
        className="ww-no-print"
        style={{ alignSelf: 'flex-start' }}
        disabled={!wasShown || !isConfirmed}
        loading={isBusy}
        onClick={() => void onChecked(serverClock.nowMs())}
      >
        {t('root.finish')}
      </Button>
    </Stack>
  )
}

type RevealRecord = Answer<typeof listReveals>['items'][number]
