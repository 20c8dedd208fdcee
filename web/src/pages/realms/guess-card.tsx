import { Stack } from '@mantine/core'
import type { Realm } from '../../contract.ts'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { useWords, type Words } from '../../words/words.tsx'

/** A chance per day above this is worth a warning. */
const worrying = 0.01

/** What a guesser gets out of the policy, in figures a person can weigh. */
export function GuessCard({ guess }: { guess: Realm['guess'] }) {
  const words = useWords()
  const { t } = words
  return (
    <Surface title={t('guess.title')}>
      <Stack>
        <dl className="ww-facts">
          <dt>{t('guess.atAnyMoment')}</dt>
          <dd>{t('guess.accepted', { count: guess.acceptedCodes })}</dd>
          <dt>{t('guess.perDay')}</dt>
          <dd>{chanceText(guess.perDay, words)}</dd>
          <dt>{t('guess.untilCap')}</dt>
          <dd>{chanceText(guess.untilCap, words)}</dd>
        </dl>
        {guess.perDay > worrying && <Note tone="warn">{t('guess.wide')}</Note>}
        <Note tone="info">{t('guess.phishing')}</Note>
      </Stack>
    </Surface>
  )
}

/** A chance as percent and as "1 in so many". */
function chanceText(chance: number, { t, number }: Words): string {
  if (chance <= 0) return t('guess.none')
  const percent = number(chance, { style: 'percent', maximumSignificantDigits: 2 })
  return `${percent}, ${t('guess.one', { count: Math.round(1 / chance) })}`
}
