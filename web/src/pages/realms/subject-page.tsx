import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useLocation } from 'wouter'
import {
  deleteSubject,
  liftSubject,
  listSubjects,
  readRealm,
  readSubject,
  type Subject,
  updateSubject,
} from '../../contract.ts'
import { BackLink } from '../../parts/back-link.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page } from '../../parts/page.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useServer } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { EnrolmentCard } from './enrolment-card.tsx'
import { ResyncCard } from './resync-card.tsx'
import { SubjectState } from './subject-state.tsx'

interface SubjectPageProps {
  readonly realmId: string
  readonly subjectId: string
}

/** One subject: where it stands, enrolment, the clock of its authenticator. */
export function SubjectPage({ realmId, subjectId }: SubjectPageProps) {
  const subject = useServer(readSubject, { params: { realm: realmId, subject: subjectId } })
  return <Faces of={subject}>{(loaded: Subject) => <Loaded realmId={realmId} subject={loaded} />}</Faces>
}

function Loaded({ realmId, subject }: { realmId: string; subject: Subject }) {
  const { mayAdminister } = useMe()
  return (
    <Page
      title={subject.name}
      back={<BackLink href={`/realms/${encodeURIComponent(realmId)}`}>{realmId}</BackLink>}
      actions={
        <Group gap="xs">
          <SubjectState subject={subject} />
        </Group>
      }
      isNarrow
    >
      <FactsCard realmId={realmId} subject={subject} />
      {mayAdminister && (
        <>
          <EnrolmentCard realmId={realmId} subject={subject} />
          {subject.enrolment === 'active' && <ResyncCard realmId={realmId} subject={subject} />}
        </>
      )}
    </Page>
  )
}

function FactsCard({ realmId, subject }: { realmId: string; subject: Subject }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  return (
    <Surface>
      <Stack>
        <dl className="ww-facts">
          {subject.email !== '' && (
            <>
              <dt>{t('subjects.email')}</dt>
              <dd>{subject.email}</dd>
            </>
          )}
          <dt>{t('subject.lastVerified')}</dt>
          <dd>
            <Moment atMs={subject.lastVerifiedAtMs} />
          </dd>
          <dt>{t('subject.failures')}</dt>
          <dd>{subject.failures}</dd>
          {subject.waitUntilMs !== null && (
            <>
              <dt>{t('subject.waitUntil')}</dt>
              <dd>
                <Moment atMs={subject.waitUntilMs} />
              </dd>
            </>
          )}
        </dl>
        {mayAdminister && <SubjectActs realmId={realmId} subject={subject} />}
      </Stack>
    </Surface>
  )
}

function SubjectActs({ realmId, subject }: { realmId: string; subject: Subject }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const params = { realm: realmId, subject: subject.name }
  const update = useAct(updateSubject, [readSubject, listSubjects])
  const lift = useAct(liftSubject, [readSubject, listSubjects])
  const remove = useAct(deleteSubject, [listSubjects])
  const realm = useServer(readRealm, { params: { realm: realmId } })
  // Known sources have budgets of their own, which the page does not see: below one of them in all, none is spent.
  const perSource = realm.data?.effectiveLockout.knownPerWindow ?? Infinity
  const mayBeLocked = subject.locked || subject.capped || subject.failures >= perSource
  const liftLock = async () => {
    const done = await lift.run({ params })
    if (done !== null) notifications.show({ message: t('subject.lifted', { name: subject.name }) })
  }
  const confirmDelete = async () => {
    const done = await remove.run({ params })
    if (done !== null) navigate(`/realms/${encodeURIComponent(realmId)}`)
    return done !== null
  }
  return (
    <>
      <TroubleNote trouble={update.trouble ?? lift.trouble} />
      <Group>
        <Button
          variant="default"
          loading={update.isRunning}
          onClick={() => void update.run({ params, body: { enabled: !subject.enabled } })}
        >
          {t(subject.enabled ? 'subject.disable' : 'subject.enable')}
        </Button>
        {mayBeLocked && (
          <Button variant="default" loading={lift.isRunning} onClick={() => void liftLock()}>
            {t('subject.lift')}
          </Button>
        )}
        <ConfirmButton
          label={t('do.delete')}
          question={t('subject.deleteAsk', { name: subject.name })}
          why={t('subject.deleteWhy')}
          doIt={t('do.delete')}
          isDangerous
          trouble={remove.trouble}
          onConfirm={confirmDelete}
        />
      </Group>
    </>
  )
}
