import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import {
  deletePerson,
  endSessions,
  liftPerson,
  listPeople,
  listRotations,
  listSessions,
  type Person,
  readPerson,
  resetPerson,
  updatePerson,
} from '../../contract.ts'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Page } from '../../parts/page.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { SessionList } from './session-list.tsx'
import { type SetupLink, SetupLinkNote } from './setup-link-note.tsx'

/** One person: what they are, what ends when an administrator says so. */
export function PersonPage({ personId }: { personId: string }) {
  const person = useServer(readPerson, { params: { person: personId } })
  return <Faces of={person}>{(loaded: Person) => <Loaded person={loaded} />}</Faces>
}

function Loaded({ person }: { person: Person }) {
  const { t } = useWords()
  return (
    <Page title={person.displayName || person.username} lead={t(`source.${person.source}`)} isNarrow>
      <Surface>
        <Stack>
          <PersonFacts person={person} />
          <PersonForm key={person.id} person={person} />
        </Stack>
      </Surface>
      <SessionsCard person={person} />
      <EndCard person={person} />
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

const roles = ['member', 'auditor', 'administrator'] as const

function PersonForm({ person }: { person: Person }) {
  const { t } = useWords()
  const act = useAct(updatePerson, [readPerson, listPeople])
  const [displayName, setDisplayName] = useState(person.displayName)
  const [email, setEmail] = useState(person.email)
  const [role, setRole] = useState(person.role)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { person: person.id }, body: { displayName, email, role } })
    if (done !== null) notifications.show({ message: t('person.saved') })
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <TextInput
          label={t('people.displayName')}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <TextInput
          label={t('people.email')}
          type="email"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          label={t('people.role')}
          data={roles.map((name) => ({ value: name, label: t(`role.${name}`) }))}
          allowDeselect={false}
          value={role}
          onChange={(name) => name !== null && setRole(name)}
        />
        <TroubleNote trouble={act.trouble} />
        <Group justify="flex-end">
          <Button type="submit" loading={act.isRunning}>
            {t('do.save')}
          </Button>
        </Group>
      </Stack>
    </form>
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

function EndCard({ person }: { person: Person }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const name = person.displayName || person.username
  const params = { person: person.id }
  const [link, setLink] = useState<SetupLink | null>(null)
  const update = useAct(updatePerson, [readPerson, listPeople, listSessions, listRotations])
  const reset = useAct(resetPerson, [readPerson])
  const lift = useAct(liftPerson, [readPerson])
  const remove = useAct(deletePerson, [listPeople, listRotations])
  const enable = async (enabled: boolean) => (await update.run({ params, body: { enabled } })) !== null
  const makeLink = async () => {
    const done = await reset.run({ params })
    if (done !== null) setLink(done.answer)
    return done !== null
  }
  const liftLock = async () => {
    const done = await lift.run({ params })
    if (done !== null) notifications.show({ message: t('person.lifted', { name }) })
  }
  const confirmDelete = async () => {
    const done = await remove.run({ params })
    if (done !== null) navigate('/people')
    return done !== null
  }
  return (
    <Surface>
      <Stack>
        {link !== null && <SetupLinkNote link={link} name={name} />}
        <TroubleNote trouble={lift.trouble} />
        <Group>
          {person.enabled ? (
            <ConfirmButton
              label={t('person.disable')}
              question={t('person.disableAsk', { name })}
              why={t('person.disableWhy', { name })}
              doIt={t('person.disable')}
              trouble={update.trouble}
              onConfirm={() => enable(false)}
            />
          ) : (
            <Button variant="default" loading={update.isRunning} onClick={() => void enable(true)}>
              {t('person.enable')}
            </Button>
          )}
          {person.source === 'local' && (
            <>
              <ConfirmButton
                label={t('person.reset')}
                question={t('person.resetAsk', { name })}
                why={t('person.resetWhy')}
                doIt={t('person.reset')}
                trouble={reset.trouble}
                onConfirm={makeLink}
              />
              {person.locked && (
                <Button variant="default" loading={lift.isRunning} onClick={() => void liftLock()}>
                  {t('person.lift')}
                </Button>
              )}
            </>
          )}
          <ConfirmButton
            label={t('do.delete')}
            question={t('person.deleteAsk', { name })}
            why={t('person.deleteWhy')}
            doIt={t('do.delete')}
            color="red"
            trouble={remove.trouble}
            onConfirm={confirmDelete}
          />
        </Group>
      </Stack>
    </Surface>
  )
}
