import { Tooltip } from '@mantine/core'
import { serverClock } from '../server/clock.ts'
import { useWords } from '../words/words.tsx'

/** A moment as people say it, with the exact time at hand. */
export function Moment({ atMs }: { atMs: number | null }) {
  const { t, dateTime, distance } = useWords()
  if (atMs === null) return <>{t('word.never')}</>
  return (
    <Tooltip label={dateTime(atMs)}>
      <time dateTime={new Date(atMs).toISOString()}>{distance(atMs, serverClock.nowMs())}</time>
    </Tooltip>
  )
}
