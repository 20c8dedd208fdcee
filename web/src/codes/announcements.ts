import { useEffect, useRef } from 'react'
import { useAnnounce } from '../parts/announcer.tsx'
import { useWords } from '../words/words.tsx'
import { secondsLeft } from './lifetime.ts'
import type { RevealState } from './use-reveal.ts'

const lowSeconds = 10

/**
 * Says to a screen reader what the eye sees: each new code once, digit by digit, ten seconds before it ends, and
 * when it is hidden. Nothing counts aloud.
 */
export function useCodeAnnouncements(name: string, isCounted: boolean, state: RevealState, nowMs: number): void {
  const { t } = useWords()
  const announce = useAnnounce()
  const said = useRef({ code: '', isLow: false, wasShown: false })
  const code = state.kind === 'shown' ? state.answer.code : ''
  const left = state.kind === 'shown' ? secondsLeft(state.answer.validUntilMs, nowMs) : 0
  useEffect(() => {
    if (code !== '' && code !== said.current.code) {
      const spelled = [...code].join(' ')
      const key = isCounted ? 'reveal.saidCounter' : 'reveal.saidCode'
      announce(t(key, { name, spelled, count: left }))
      said.current = { code, isLow: left <= lowSeconds, wasShown: true }
    } else if (code !== '' && !isCounted && left <= lowSeconds && !said.current.isLow) {
      announce(t('reveal.saidLow'))
      said.current.isLow = true
    } else if (state.kind === 'hidden' && said.current.wasShown) {
      announce(t('reveal.saidHidden', { name }))
      said.current = { code: '', isLow: false, wasShown: false }
    }
  }, [code, left, state.kind, name, isCounted, announce, t])
}
