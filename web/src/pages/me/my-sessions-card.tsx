import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { endSessions, listSessions } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { SessionList } from '../people/session-list.tsx'

/** Where I am logged in. */
export function MySessionsCard() {
  const { t } = useWords()
  const sessions = useEverything(listSessions)
  const act = useAct(endSessions, [listSessions])
  const endOthers = async () => {
    const done = await act.run({ body: {} })
    if (done !== null) notifications.show({ message: t('person.sessionsEnded', { count: done.answer.ended }) })
  }
  return (
    <Surface
      title={t('me.sessions')}
      isFlush
      actions={
        <Button variant="default" size="xs" loading={act.isRunning} onClick={() => void endOthers()}>
          {t('sessions.endOthers')}
        </Button>
      }
    >
      <TroubleNote trouble={act.trouble} />
      <Faces of={sessions}>{(items) => <SessionList sessions={items} />}</Faces>
    </Surface>
  )
}
