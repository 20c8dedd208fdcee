import { Button, Stack } from '@mantine/core'
import { Link } from 'wouter'
import { type Account, type Intake, type IntakeAnswer, readAccount, readIntake } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { CheckStep } from './check-step.tsx'
import { stepOf } from './intake.ts'
import { ReadersStep } from './readers-step.tsx'
import { IntakeRecord } from './record.tsx'
import { RegisterStep } from './register-step.tsx'
import { RotateStep } from './rotate-step.tsx'
import { Step } from './step.tsx'

const pollMs = 3000

/** An intake whose secret is stored: the server knows how far it is, so anybody who manages the account goes on. */
export function BegunIntake({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const params = { account: accountId }
  const account = useServer(readAccount, { params })
  const answer = useServer(readIntake, { params }, { refreshMs: (data) => (isWaiting(data) ? pollMs : null) })
  return (
    <Faces of={account}>
      {(loaded: Account) => (
        <Faces
          of={answer}
          isEmpty={({ intake }) => intake === null}
          empty={<Note tone="warn">{t('root.notBegun')}</Note>}
        >
          {({ intake, mayCheck }) => intake !== null && <Steps account={loaded} intake={intake} mayCheck={mayCheck} />}
        </Faces>
      )}
    </Faces>
  )
}

// Somebody else, elsewhere, is about to be shown the code that counts.
function isWaiting({ intake, mayCheck }: IntakeAnswer): boolean {
  return intake !== null && stepOf(null, intake) === 'check' && !mayCheck
}

interface StepsProps {
  readonly account: Account
  readonly intake: Intake
  readonly mayCheck: boolean
}

function Steps({ account, intake, mayCheck }: StepsProps) {
  const { t, dateTime } = useWords()
  const current = stepOf(null, intake)
  const loaded = t('root.record.loader', { name: intake.loader, when: dateTime(intake.loadedAtMs) })
  return (
    <>
      <Step name="readers" current={current} title={t('root.step1')}>
        <ReadersStep past={{ name: account.label, number: account.identifier, ...intake }} />
      </Step>
      <Step name="load" current={current} title={t('root.step2')}>
        <Stack gap="xs">
          <Note tone="good">{t('root.stored')}</Note>
          <span className="ww-quiet ww-small">{loaded}</span>
        </Stack>
      </Step>
      <Step name="register" current={current} title={t('root.step3')}>
        <RegisterStep account={account} intake={intake} />
      </Step>
      <Step name="rotate" current={current} title={t('root.step4')}>
        <RotateStep account={account} intake={intake} />
      </Step>
      <Step name="check" current={current} title={t('root.step5')}>
        <CheckStep account={account} intake={intake} mayCheck={mayCheck} />
      </Step>
      {current === 'done' && (
        <Note tone="good" isUrgent>
          <strong>{t('root.doneTitle', { name: account.label })}</strong>
          <div>{t('root.doneWhy')}</div>
          <IntakeRecord intake={intake} />
          <Button component={Link} href={`/accounts/${account.id}`} variant="light" mt="sm" className="ww-no-print">
            {t('root.open')}
          </Button>
        </Note>
      )}
    </>
  )
}
