import { Anchor, Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import {
  cancelEnrolment,
  createEnrolmentLink,
  type Enrolment,
  enrolmentQrSvg,
  enrolSubject,
  listSubjects,
  readEnrolment,
  readSubject,
  type Subject,
} from '../../contract.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Note } from '../../parts/note.tsx'
import { useServerNow } from '../../parts/server-now.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { addressOf } from '../../server/call.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { ConfirmEnrolment } from './confirm-enrolment.tsx'

interface EnrolmentCardProps {
  readonly realmId: string
  readonly subject: Subject
}

/** A new secret for a subject: as a QR code here, or as a link for the end user. */
export function EnrolmentCard({ realmId, subject }: EnrolmentCardProps) {
  const { t, dateTime } = useWords()
  const params = { realm: realmId, subject: subject.name }
  const enrol = useAct(enrolSubject, [readSubject])
  const link = useAct(createEnrolmentLink, [readSubject])
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null)
  const [made, setMade] = useState<{ url: string; expiresAtMs: number } | null>(null)
  const start = async () => {
    const done = await enrol.run({ params })
    if (done !== null) setEnrolment(done.answer)
  }
  const makeLink = async () => {
    const done = await link.run({ params })
    if (done !== null) setMade(done.answer)
  }
  return (
    <Surface title={t('enrol.title')} lead={t('enrol.lead')}>
      <Stack>
        {enrolment !== null && (
          <PendingSecret realmId={realmId} subject={subject} enrolment={enrolment} onEnd={() => setEnrolment(null)} />
        )}
        {enrolment === null && subject.enrolment === 'pending' && (
          <PendingStill realmId={realmId} subject={subject} onRead={setEnrolment} />
        )}
        {made !== null && (
          <Note tone="info">
            <Text mb="xs">{t('enrol.linkHint', { name: subject.name, when: dateTime(made.expiresAtMs) })}</Text>
            <div className="ww-secret" style={{ marginBottom: '.6rem' }}>
              {made.url}
            </div>
            <CopyButton text={made.url} />
          </Note>
        )}
        <TroubleNote trouble={enrol.trouble ?? link.trouble} />
        {enrolment === null && (
          <Group>
            <Button loading={enrol.isRunning} onClick={() => void start()}>
              {t(subject.enrolment === 'none' ? 'enrol.start' : 'enrol.again')}
            </Button>
            <Button variant="default" loading={link.isRunning} onClick={() => void makeLink()}>
              {t('enrol.link')}
            </Button>
          </Group>
        )}
      </Stack>
    </Surface>
  )
}

interface PendingStillProps extends EnrolmentCardProps {
  onRead(enrolment: Enrolment): void
}

/** A secret that waits for its first code, after the page was left. Reading it again is audited, so it is asked for. */
function PendingStill({ realmId, subject, onRead }: PendingStillProps) {
  const { t, time } = useWords()
  const read = useAct(readEnrolment)
  const nowMs = useServerNow()
  const again = async () => {
    const done = await read.run({ params: { realm: realmId, subject: subject.name } })
    if (done !== null) onRead(done.answer)
  }
  return (
    <>
      <Text size="sm" c="dimmed">
        {t('enrol.serverTime', { time: time(nowMs) })}
      </Text>
      <ConfirmEnrolment realmId={realmId} subject={subject} onConfirmed={() => {}} />
      <TroubleNote trouble={read.trouble} />
      <Group>
        <Button variant="light" size="xs" loading={read.isRunning} onClick={() => void again()}>
          {t('enrol.showAgain')}
        </Button>
        <DropSecret realmId={realmId} subject={subject} />
      </Group>
    </>
  )
}

interface DropSecretProps extends EnrolmentCardProps {
  onDropped?(): void
}

function DropSecret({ realmId, subject, onDropped }: DropSecretProps) {
  const { t } = useWords()
  const cancel = useAct(cancelEnrolment, [readSubject, listSubjects])
  const drop = async () => {
    const done = await cancel.run({ params: { realm: realmId, subject: subject.name } })
    if (done !== null) onDropped?.()
  }
  return (
    <>
      <TroubleNote trouble={cancel.trouble} />
      <Button variant="subtle" color="red" size="xs" loading={cancel.isRunning} onClick={() => void drop()}>
        {t('enrol.cancel')}
      </Button>
    </>
  )
}

interface PendingSecretProps extends EnrolmentCardProps {
  readonly enrolment: Enrolment
  onEnd(): void
}

function PendingSecret({ realmId, subject, enrolment, onEnd }: PendingSecretProps) {
  const { t, time, dateTime } = useWords()
  const params = { realm: realmId, subject: subject.name }
  const nowMs = useServerNow()
  // The server may draw each secret anew; the moment keeps a cached picture of the last one away.
  const picture = `${addressOf(enrolmentQrSvg, { params })}?at=${enrolment.serverTimeMs}`
  return (
    <>
      <Group align="flex-start" gap="lg">
        <img className="ww-qr" src={picture} alt={t('setup.qr')} />
        <Stack gap="sm" style={{ flex: '1 1 14rem' }}>
          <div className="ww-secret">{enrolment.secretBase32.replace(/(.{4})(?=.)/g, '$1 ')}</div>
          <Group gap="sm">
            <CopyButton text={enrolment.secretBase32} />
            <Button variant="default" onClick={() => print()}>
              {t('do.print')}
            </Button>
            <Anchor href={enrolment.otpauthUri} size="sm">
              {t('setup.openApp')}
            </Anchor>
          </Group>
          <Text size="sm" c="dimmed">
            {t('enrol.serverTime', { time: time(nowMs) })}
            <br />
            {enrolment.pendingUntilMs !== null && t('enrol.until', { when: dateTime(enrolment.pendingUntilMs) })}
          </Text>
        </Stack>
      </Group>
      <ConfirmEnrolment realmId={realmId} subject={subject} onConfirmed={onEnd} />
      <Group>
        <DropSecret realmId={realmId} subject={subject} onDropped={onEnd} />
      </Group>
    </>
  )
}
