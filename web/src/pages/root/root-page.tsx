import { Button } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { RegisterCard } from '../account/register-card.tsx'
import { CheckStep } from './check-step.tsx'
import { type Intake, type StepName, stepOf } from './intake.ts'
import { LoadStep } from './load-step.tsx'
import { ReadersStep } from './readers-step.tsx'
import { RotateStep } from './rotate-step.tsx'
import { Step } from './step.tsx'
import { useRecord } from './use-record.ts'

/**
 * Takes in a root account step by step: who reads its mailbox must not load its secret, and only a second login
 * after the password was changed by somebody else closes the record.
 */
export function RootPage() {
  const { t } = useWords()
  const { person } = useMe()
  const [intake, setIntake] = useState<Intake>({ name: '', number: '', readers: [], loader: person?.username ?? '' })
  const [isRegistered, setRegistered] = useState(false)
  const set = (part: Partial<Intake>) => setIntake((before) => ({ ...before, ...part }))
  const record = useRecord(intake)
  const current = stepOf(intake)
  const state = (name: StepName) => ({ name, current })
  return (
    <Page
      title={t('root.title')}
      lead={t('root.lead')}
      isNarrow
      actions={
        <Button variant="default" leftSection={<IconPrinter size={16} />} onClick={() => print()}>
          {t('do.print')}
        </Button>
      }
    >
      <Step {...state('readers')} title={t('root.step1')}>
        <ReadersStep intake={intake} onDone={set} />
      </Step>
      <Step {...state('load')} title={t('root.step2')}>
        <LoadStep intake={intake} onStored={(accountId) => set({ accountId })} />
      </Step>
      <Step {...state('register')} title={t('root.step3')}>
        {intake.accountId !== undefined && (
          <>
            <RegisterCard accountId={intake.accountId} onShown={() => setRegistered(true)} />
            {intake.isRegistered !== true && (
              <Button disabled={!isRegistered} onClick={() => set({ isRegistered: true })}>
                {t('root.registered')}
              </Button>
            )}
          </>
        )}
      </Step>
      <Step {...state('rotate')} title={t('root.step4')}>
        <RotateStep intake={intake} onDone={set} />
      </Step>
      <Step {...state('check')} title={t('root.step5')}>
        {intake.accountId !== undefined && (
          <CheckStep
            accountId={intake.accountId}
            isBusy={record.isRunning}
            trouble={record.trouble}
            onChecked={async (checkedAtMs) => {
              if (await record.close(checkedAtMs)) set({ checkedAtMs })
            }}
          />
        )}
      </Step>
      {current === 'done' && intake.accountId !== undefined && (
        <Note tone="good" isUrgent>
          <strong>{t('root.doneTitle', { name: intake.name })}</strong>
          <div>{t('root.doneWhy')}</div>
          <Button
            component={Link}
            href={`/accounts/${intake.accountId}`}
            variant="light"
            mt="sm"
            className="ww-no-print"
          >
            {t('root.open')}
          </Button>
        </Note>
      )}
    </Page>
  )
}
