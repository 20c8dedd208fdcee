import { Button } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { useState } from 'react'
import { type Answer, verifyAudit } from '../../contract.ts'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

/** Whether the chain of records is whole, in plain words. */
export function ChainCard() {
  const { t } = useWords()
  const act = useAct(verifyAudit)
  const [state, setState] = useState<Answer<typeof verifyAudit> | null>(null)
  const check = async () => {
    const done = await act.run()
    if (done !== null) setState(done.answer)
  }
  return (
    <section className="ww-surface" data-padded="" style={{ marginBottom: '1.25rem' }}>
      <div style={{ display: 'flex', gap: '1rem', alignItems: 'center', flexWrap: 'wrap' }}>
        <div style={{ flex: '1 1 20rem' }}>
          <h2 className="ww-section-title">{t('chain.title')}</h2>
          {state === null ? <span className="ww-quiet">{t('chain.unchecked')}</span> : <ChainState state={state} />}
          <TroubleNote trouble={act.trouble} />
        </div>
        <Button
          variant="default"
          leftSection={<IconLink size={16} />}
          loading={act.isRunning}
          onClick={() => void check()}
        >
          {t('chain.check')}
        </Button>
      </div>
    </section>
  )
}

function ChainState({ state }: { state: Answer<typeof verifyAudit> }) {
  const { t, dateTime } = useWords()
  const { whole, events, problems, lastCheckpointAtMs } = state
  const checkpoint =
    lastCheckpointAtMs === null
      ? t('chain.noCheckpoint')
      : t('chain.checkpoint', { when: dateTime(lastCheckpointAtMs) })
  return (
    <Note tone={whole ? 'good' : 'bad'} isUrgent>
      {whole ? t('chain.whole', { count: events }) : t('chain.broken')} {checkpoint}
      {problems.map((problem) => (
        <div key={problem} className="ww-small">
          {problem}
        </div>
      ))}
    </Note>
  )
}
