import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useLocation } from 'wouter'
import {
  deletePerson,
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
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { type SetupLink, SetupLinkNote } from './setup-link-note.tsx'

/** What shuts a person out and lets them in again. */
export function PersonEndCard({ person }: { person: Person }) {
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
        <TroubleNote trouble={lift.trouble ?? (person.enabled ? null : update.trouble)} />
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
            isDangerous
            trouble={remove.trouble}
            onConfirm={confirmDelete}
          />
        </Group>
      </Stack>
    </Surface>
  )
}
