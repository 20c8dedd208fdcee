import { Button, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { type Answer, beginCode, confirmCode, readMe } from '../../contract.ts'
import { ProofDialog } from '../../codes/proof-dialog.tsx'
import { CodeInput } from '../../parts/code-input.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { FirstCode } from '../../session/first-code.tsx'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

type Begun = Answer<typeof beginCode>

/** My authenticator, and how to change to another one. */
export function CodeCard() {
  const { t } = useWords()
  const { person } = useMe()
  const begin = useAct(beginCode)
  const [begun, setBegun] = useState<Begun | null>(null)
  const start = async () => {
    const done = await begin.run()
    if (done !== null) setBegun(done.answer)
  }
  const needsProof = begin.trouble?.code === 'reproof_needed'
  return (
    <Surface title={t('me.code')} lead={t('me.codeLead')}>
      {begun === null ? (
        <Group justify="space-between">
          <span>{t(person?.hasCode === true ? 'me.codeHas' : 'me.codeNone')}</span>
          <Button variant="default" loading={begin.isRunning} onClick={() => void start()}>
            {t('me.codeNew')}
          </Button>
        </Group>
      ) : (
        <ConfirmForm begun={begun} onConfirmed={() => setBegun(null)} />
      )}
      {!needsProof && <TroubleNote trouble={begin.trouble} />}
      <ProofDialog by={needsProof ? 'recent' : null} onProved={() => void start()} onClose={begin.reset} />
    </Surface>
  )
}

function ConfirmForm({ begun, onConfirmed }: { begun: Begun; onConfirmed(): void }) {
  const { t } = useWords()
  const act = useAct(confirmCode, [readMe])
  const [code, setCode] = useState('')
  const [answer, setAnswer] = useState<Answer<typeof confirmCode> | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { code } })
    if (done === null) return
    setAnswer(done.answer)
    setCode('')
    if (!done.answer.confirmed) return
    notifications.show({ message: t('me.codeConfirmed') })
    onConfirmed()
  }
  const offset = answer?.clockOffsetSteps ?? 0
  return (
    <form onSubmit={(event) => void submit(event)}>
      <FirstCode {...begun}>
        <CodeInput label={t('setup.code')} value={code} onChange={setCode} />
        {answer?.confirmed === false && (
          <Note tone="bad" isUrgent>
            {t(`enrol.refused.${answer.reason ?? 'wrong'}`)}
          </Note>
        )}
        {offset !== 0 && <Note tone="warn">{t('enrol.offset', { count: Math.abs(offset) })}</Note>}
        <TroubleNote trouble={act.trouble} />
        <Button type="submit" loading={act.isRunning}>
          {t('setup.finish')}
        </Button>
      </FirstCode>
    </form>
  )
}
