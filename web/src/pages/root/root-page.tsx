import { Button } from '@mantine/core'
import { IconPrinter } from '@tabler/icons-react'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { BegunIntake } from './begun-intake.tsx'
import { type IntakeDraft, stepOf } from './intake.ts'
import { LoadStep } from './load-step.tsx'
import { ReadersStep } from './readers-step.tsx'
import { Step } from './step.tsx'

/**
 * Takes in a root account step by step: who reads its mailbox must not load its secret, and only a second login
 * after the password was changed by somebody else closes the record.
 */
export function RootPage() {
  const { t } = useWords()
  const [search] = useSearchParams()
  const accountId = search.get('account')
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
      {accountId === null ? <NewIntake /> : <BegunIntake key={accountId} accountId={accountId} />}
    </Page>
  )
}

/** Nothing is stored yet; with the secret the page gets an address of its own, to come back to. */
function NewIntake() {
  const { t } = useWords()
  const [, setSearch] = useSearchParams()
  const [draft, setDraft] = useState<IntakeDraft | null>(null)
  const current = stepOf(draft, null)
  return (
    <>
      <Step name="readers" current={current} title={t('root.step1')}>
        <ReadersStep past={draft} onDone={setDraft} />
      </Step>
      <Step name="load" current={current} title={t('root.step2')}>
        {draft !== null && <LoadStep draft={draft} onStored={(account) => setSearch({ account }, { replace: true })} />}
      </Step>
      <Step name="register" current={current} title={t('root.step3')} />
      <Step name="rotate" current={current} title={t('root.step4')} />
      <Step name="check" current={current} title={t('root.step5')} />
    </>
  )
}
