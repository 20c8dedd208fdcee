import { Button, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { endSessions, listSessions, type Person, readPerson } from '../../contract.ts'
import { BackLink } from '../../parts/back-link.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page } from '../../parts/page.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { PersonEndCard } from './person-end-card.tsx'
import { PersonForm } from './person-form.tsx'
import { SessionList } from './session-list.tsx'

/** One person: what they are, what ends when an administrator says so. */
export function PersonPage({ personId }: { personId: string }) {
  const person = useServer(readPerson, { params: { person: personId } })
  return <Faces of={person}>{(loaded: Person) => <Loaded person={loaded} />}</Faces>
}

function Loaded({ person }: { person: Person }) {
  const { t } = useWords()
  return (
    <Page
      title={person.displayName || person.username}
      back={<BackLink href="/people">{t('people.title')}</BackLink>}
      lead={t(`source.${person.source}`)}
      isNarrow
    >
      <Surface>
        <Stack>
          <PersonFacts person={person} />
          <PersonForm key={person.id} person={person} />
        </Stack>
      </Surface>
      <SessionsCard person={person} />
      <PersonEndCard person={person} />
    </Page>
  )
}

function PersonFacts({ person }: { person: Person }) {
  const { t } = useWords()
  const proofs = [
    person.hasCode ? t('person.hasCode') : '',
    person.passkeyCount > 0 ? t('person.passkeys', { count: person.passkeyCount }) : '',
  ].filter(Boolean)
  return (
    <dl className="ww-facts">
      <dt>{t('people.username')}</dt>
      <dd>{person.username}</dd>
      <dt>{t('person.groups')}</dt>
      <dd>
        {person.groups.map(({ id, name }) => (id === 'everyone' ? t('word.everyone') : name)).join(', ') ||
          t('word.none')}
      </dd>
      <dt>{t('person.factors')}</dt>
      <dd>{proofs.join(', ') || t('word.none')}</dd>
      <dt>{t('person.lastSeen')}</dt>
      <dd>
        <Moment atMs={person.lastSeenAtMs} />
      </dd>
    </dl>
  )
}

function SessionsCard({ person }: { person: Person }) {
  const { t } = useWords()
  const sessions = useEverything(listSessions, { query: { person: person.id } })
  const act = useAct(endSessions, [listSessions])
  const endAll = async () => {
    const done = await act.run({ body: { person: person.id } })
    if (done !== null) notifications.show({ message: t('person.sessionsEnded', { count: done.answer.ended }) })
  }
  return (
    <Surface
      title={t('sessions.title')}
      isFlush
      actions={
        <Button variant="default" size="xs" loading={act.isRunning} onClick={() => void endAll()}>
          {t('person.endSessions')}
        </Button>
      }
    >
      <TroubleNote trouble={act.trouble} />
      <Faces
        of={sessions}
        isEmpty={(items) => items.length === 0}
        empty={<p className="ww-item ww-quiet">{t('sessions.emptyTitle')}</p>}
      >
        {(items) => <SessionList sessions={items} />}
      </Faces>
    </Surface>
  )
}
