import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { secondsLeft } from '../../codes/lifetime.ts'
import { type Answer, registerCodes } from '../../contract.ts'
import { CodeDigits } from '../../parts/code-digits.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Note } from '../../parts/note.tsx'
import { useServerNow } from '../../parts/server-now.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type Pair = Answer<typeof registerCodes>

interface RegisterCardProps {
  readonly accountId: string
  onShown?(): void
}

/** Two codes in a row, as services ask for when a device is registered. */
export function RegisterCard({ accountId, onShown }: RegisterCardProps) {
  const { t } = useWords()
  const act = useAct(registerCodes)
  const [pair, setPair] = useState<Pair | null>(null)
  const nowMs = useServerNow(pair !== null)
  const isOver = pair !== null && nowMs >= pair.second.validUntilMs
  const ask = async () => {
    const done = await act.run({ params: { account: accountId } })
    if (done === null) return
    setPair(done.answer)
    onShown?.()
  }
  return (
    <Surface title={t('account.registerTitle')} lead={t('account.registerLead')}>
      <Stack align="flex-start">
        {pair !== null && !isOver && <PairOfCodes pair={pair} nowMs={nowMs} />}
        {isOver && <Note tone="info">{t('account.registerOver')}</Note>}
        <TroubleNote trouble={act.trouble} />
        {(pair === null || isOver) && (
          <Button variant="default" loading={act.isRunning} onClick={() => void ask()}>
            {t('account.registerDo')}
          </Button>
        )}
      </Stack>
    </Surface>
  )
}

function PairOfCodes({ pair, nowMs }: { pair: Pair; nowMs: number }) {
  const { t } = useWords()
  const codes = [
    { name: t('account.registerFirst'), code: pair.first.code },
    { name: t('account.registerSecond'), code: pair.second.code },
  ]
  return (
    <>
      {codes.map(({ name, code }) => (
        <Group key={name} gap="lg">
          <span className="ww-quiet" style={{ minWidth: '7rem' }}>
            {name}
          </span>
          <CodeDigits code={code} />
          <CopyButton text={code} untilMs={pair.second.validUntilMs} />
        </Group>
      ))}
      <span className="ww-quiet ww-small">
        {t('account.registerHint', { seconds: secondsLeft(pair.second.validUntilMs, nowMs) })}
      </span>
    </>
  )
}
