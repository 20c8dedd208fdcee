import { useWords } from '../words/words.tsx'

const tones: Readonly<Record<string, string>> = { accepted: 'good', done: 'good', refused: 'warn', denied: 'bad' }

/** How an act of the audit ended. */
export function OutcomeTag({ outcome }: { outcome: string }) {
  const { t, has } = useWords()
  const key = `outcome.${outcome}`
  return (
    <span className="ww-tag" data-tone={tones[outcome] ?? ''}>
      {has(key) ? t(key) : outcome}
    </span>
  )
}
