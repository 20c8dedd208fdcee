import { Button, Stack } from '@mantine/core'
import { useState } from 'react'
import { type Account, type Intake, noteIntake, readIntake } from '../../contract.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { RegisterCard } from '../account/register-card.tsx'

interface RegisterStepProps {
  readonly account: Account
  readonly intake: Intake
}

/** Two codes in a row, and the word of whoever typed them that the service took both. */
export function RegisterStep({ account, intake }: RegisterStepProps) {
  const { t, dateTime } = useWords()
  const act = useAct(noteIntake, [readIntake])
  const [wasShown, setShown] = useState(false)
  if (intake.registeredAtMs !== undefined) {
    const when = dateTime(intake.registeredAtMs)
    return <span className="ww-quiet ww-small">{t('root.record.registered', { when })}</span>
  }
  const note = () => act.run({ params: { account: account.id }, body: { step: 'registered' } })
  return (
    <Stack align="flex-start">
      <RegisterCard accountId={account.id} onShown={() => setShown(true)} />
      <TroubleNote trouble={act.trouble} />
      <Button disabled={!wasShown} loading={act.isRunning} onClick={() => void note()}>
        {t('root.registered')}
      </Button>
    </Stack>
  )
}
