import { Button, Group } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import { type Answer, endSession, listSessions } from '../../contract.ts'
import { Moment } from '../../parts/moment.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { browserName } from './browser-name.ts'

type Session = Answer<typeof listSessions>['items'][number]

/** Sessions, each with the button that ends it. */
export function SessionList({ sessions, withNames = false }: { sessions: readonly Session[]; withNames?: boolean }) {
  return (
    <ul className="ww-list">
      {sessions.map((session) => (
        <SessionRow key={session.id} session={session} withName={withNames} />
      ))}
    </ul>
  )
}

function SessionRow({ session, withName }: { session: Session; withName: boolean }) {
  const { t } = useWords()
  const act = useAct(endSession, [listSessions])
  const browser = browserName(session.userAgent) ?? t('sessions.unknownBrowser')
  return (
    <li className="ww-item">
      <IconDeviceDesktop size={20} stroke={1.6} aria-hidden color="var(--mantine-color-dimmed)" />
      <div className="ww-item-main">
        <div className="ww-item-title" dir="auto">
          {withName ? `${session.username} · ${browser}` : browser}
        </div>
        <div className="ww-quiet ww-small">
          {session.address} · <Moment atMs={session.lastSeenAtMs} />
        </div>
        <TroubleNote trouble={act.trouble} />
      </div>
      <Group gap="xs">
        <span className="ww-tag">{t(`sessions.${session.kind}`)}</span>
        {session.current ? (
          <span className="ww-tag" data-tone="accent">
            {t('sessions.this')}
          </span>
        ) : (
          <Button
            variant="default"
            size="xs"
            aria-label={t('sessions.endOf', { name: `${session.username}, ${browser}` })}
            loading={act.isRunning}
            onClick={() => void act.run({ params: { session: session.id } })}
          >
            {t('do.end')}
          </Button>
        )}
      </Group>
    </li>
  )
}
