import { Button, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Confirmation, confirmEnrolmentLink, openEnrolmentLink, type OpenedEnrolment } from '../../contract.ts'
import { CodeInput } from '../../parts/code-input.tsx'
import { Note } from '../../parts/note.tsx'
import { useServerNow } from '../../parts/server-now.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { Door } from '../../session/door.tsx'
import { FirstCode } from '../../session/first-code.tsx'
import { LinkNeeded } from '../../session/link-needed.tsx'
import { hideLinkSecret, useLinkSecret } from '../../session/link-secret.ts'
import { useWords } from '../../words/words.tsx'

/** A one-time link an application handed to its end user: the secret is shown once, then confirmed. */
export function EnrolPage() {
  const { t } = useWords()
  const token = useLinkSecret()
  if (token === '') return <LinkNeeded why={t('enrolPage.noTokenWhy')} />
  return <EnrolSteps key={token} token={token} />
}

function EnrolSteps({ token }: { token: string }) {
  const { t } = useWords()
  const [opened, setOpened] = useState<OpenedEnrolment | null>(null)
  const [isDone, setDone] = useState(false)
  if (opened === null) return <OpenStep token={token} onOpened={setOpened} />
  if (!isDone) return <ConfirmStep token={token} opened={opened} onDone={() => setDone(true)} />
  return (
    <Door title={t('enrolPage.title')}>
      <Stack>
        <Note tone="good" isUrgent>
          {t('enrolPage.done', { issuer: opened.issuer })}
        </Note>
        <Text>{t('enrolPage.close')}</Text>
      </Stack>
    </Door>
  )
}

// Shown by a press, not by opening the page: link previews and mail scanners open pages.
function OpenStep({ token, onOpened }: { token: string; onOpened(opened: OpenedEnrolment): void }) {
  const { t } = useWords()
  const act = useAct(openEnrolmentLink)
  const open = async () => {
    const done = await act.run({ body: { token } })
    if (done === null) return
    hideLinkSecret()
    onOpened(done.answer)
  }
  return (
    <Door title={t('enrolPage.title')}>
      <Stack>
        <Text>{t('enrolPage.openWhy')}</Text>
        <TroubleNote trouble={act.trouble} />
        <Button size="md" loading={act.isRunning} onClick={() => void open()}>
          {t('enrolPage.open')}
        </Button>
      </Stack>
    </Door>
  )
}

interface ConfirmStepProps {
  readonly token: string
  readonly opened: OpenedEnrolment
  onDone(): void
}

function ConfirmStep({ token, opened, onDone }: ConfirmStepProps) {
  const { t, time } = useWords()
  const act = useAct(confirmEnrolmentLink)
  const nowMs = useServerNow()
  const [code, setCode] = useState('')
  const [answer, setAnswer] = useState<Confirmation | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { token, code } })
    if (done === null) return
    setAnswer(done.answer)
    setCode('')
    if (done.answer.confirmed) onDone()
  }
  const offset = answer?.clockOffsetSteps ?? 0
  return (
    <Door title={t('enrolPage.title')} lead={t('enrolPage.lead', { name: opened.name, issuer: opened.issuer })} isWide>
      <form onSubmit={(event) => void submit(event)}>
        <FirstCode {...opened}>
          <Text size="sm" c="dimmed">
            {t('enrol.serverTime', { time: time(nowMs) })}
          </Text>
          <CodeInput label={t('setup.code')} value={code} onChange={setCode} />
          {answer?.confirmed === false && (
            <Note tone="bad" isUrgent>
              {t(`enrol.refused.${answer.reason ?? 'wrong'}`)}
            </Note>
          )}
          {offset !== 0 && <Note tone="warn">{t('enrol.offset', { count: Math.abs(offset) })}</Note>}
          <TroubleNote trouble={act.trouble} />
          <Button type="submit" size="md" disabled={code.length < 4} loading={act.isRunning}>
            {t('enrol.confirm')}
          </Button>
        </FirstCode>
      </form>
    </Door>
  )
}
