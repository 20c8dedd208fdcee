import { Button, Group, Progress } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type Answer, listRealms, readHealth, readKeys, rotateKeys } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Note } from '../../parts/note.tsx'
import { useServerNow } from '../../parts/server-now.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type Health = Answer<typeof readHealth>
type Keys = Answer<typeof readKeys>

/** A database clock off by more than this spoils what several servers decide together. */
const toleratedMs = 2000
const pollMs = 1500

/** The server, its clock, its keys, in words. */
export function HealthPanel() {
  const health = useServer(readHealth)
  const keys = useServer(readKeys, undefined, {
    refreshMs: ({ rotation }) => (rotation ? pollMs : null),
  })
  return (
    <>
      <Faces of={health}>{(loaded: Health) => <HealthCards health={loaded} />}</Faces>
      <Faces of={keys}>{(loaded: Keys) => <KeysCard keys={loaded} />}</Faces>
    </>
  )
}

function HealthCards({ health }: { health: Health }) {
  const { t, dateTime, time, number, remarkText } = useWords()
  const nowMs = useServerNow()
  const apartMs = health.databaseTimeMs === null ? 0 : Math.abs(health.databaseTimeMs - health.serverTimeMs)
  const tones = { ok: 'good', warning: 'warn', error: 'bad' } as const
  return (
    <>
      <Surface>
        <dl className="ww-facts">
          <dt>{t('health.serverTime')}</dt>
          <dd className="ww-mono">{time(nowMs)}</dd>
          <dt>{t('health.databaseTime')}</dt>
          <dd>
            {apartMs < toleratedMs
              ? t('health.clockSame')
              : t('health.clockOff', { seconds: number(Math.round(apartMs / 1000)) })}
          </dd>
          <dt>{t('health.engine')}</dt>
          <dd>{t(`health.engine.${health.engine}`)}</dd>
          <dt>{t('health.version')}</dt>
          <dd>{health.version}</dd>
          <dt>{t('health.started')}</dt>
          <dd>{dateTime(health.startedAtMs)}</dd>
        </dl>
      </Surface>
      <Surface title={t('health.findings')} isFlush>
        <ul className="ww-list">
          {health.findings.map((finding) => (
            <li key={`${finding.check} ${finding.message}`} className="ww-item">
              <div className="ww-item-main ww-breakable" data-beside="">
                {remarkText(finding)}
                <CheckName check={finding.check} />
              </div>
              <span className="ww-tag" data-tone={tones[finding.level]}>
                {t(`health.level.${finding.level}`)}
              </span>
            </li>
          ))}
        </ul>
      </Surface>
    </>
  )
}

function CheckName({ check }: { check: string }) {
  const { t, has } = useWords()
  const key = `check.${check}`
  return (
    <div className="ww-quiet ww-small" {...(has(key) ? {} : { lang: 'en' })}>
      {has(key) ? t(key) : check}
    </div>
  )
}

function KeysCard({ keys }: { keys: Keys }) {
  const { t } = useWords()
  const act = useAct(rotateKeys, [readKeys])
  const rotate = async () => {
    const done = await act.run()
    if (done?.answer.started === true) notifications.show({ message: t('health.rotationStarted') })
  }
  const nameOf = useKeyNames()
  const active = keys.dataKeys.filter(({ retiredAtMs }) => retiredAtMs === null)
  return (
    <Surface title={t('health.keys')} lead={t('health.keysLead')} isFlush>
      <ul className="ww-list">
        <li className="ww-item">
          <span className="ww-item-main">{t('health.rootKey')}</span>
          <span className="ww-mono">{keys.rootKeyId}</span>
        </li>
        {active.map(({ id, purpose, ownerId, createdAtMs, sealedCount }) => (
          <li key={id} className="ww-item">
            <span className="ww-item-main ww-breakable">{nameOf(purpose, ownerId)}</span>
            <span className="ww-quiet ww-small">{t('health.sealed', { count: sealedCount })}</span>
            <span className="ww-quiet ww-small">
              <Moment atMs={createdAtMs} />
            </span>
          </li>
        ))}
      </ul>
      <Group p="md">
        {keys.rotation !== null && (
          <div style={{ flex: 1 }}>
            <Note tone="info">
              {t('health.rotating', { done: keys.rotation.done, total: keys.rotation.total })}
              <Progress
                mt="xs"
                aria-label={t('health.rotate')}
                value={keys.rotation.total === 0 ? 100 : (keys.rotation.done / keys.rotation.total) * 100}
              />
            </Note>
          </div>
        )}
        <TroubleNote trouble={act.trouble} />
        <Button variant="default" loading={act.isRunning} onClick={() => void rotate()}>
          {t('health.rotate')}
        </Button>
      </Group>
    </Surface>
  )
}

/** What a data key is for, with the name of its realm; the realm of our own people is shown by no list. */
function useKeyNames(): (purpose: string, ownerId: string | null) => string {
  const { t, has } = useWords()
  const realms = useEverything(listRealms)
  return (purpose, ownerId) => {
    const realm = realms.data?.find(({ id }) => id === ownerId)
    if (purpose === 'realm')
      return realm === undefined ? t('health.key.own') : t('health.key.realm', { name: realm.name })
    const key = `health.key.${purpose}`
    return has(key) ? t(key) : purpose
  }
}
