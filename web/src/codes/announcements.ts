import { useEffect, useRef } from 'react'
import { useAnnounce } from '../parts/announcer.tsx'
import { serverClock } from '../server/clock.ts'
import { useWords } from '../words/words.tsx'
import { secondsLeft } from './lifetime.ts'
import { countedShownForMs } from './reveal-state.ts'
import type { RevealState } from './use-reveal.ts'

const lowSeconds = 10

/** What is to be said of one account. */
interface Announced {
  readonly name: string
  readonly isCounted: boolean
  readonly state: RevealState
  /** Who else has the code in view; empty when nobody has. */
  readonly sharers: string
}

/**
 * Says to a screen reader what the eye sees: each new code once, digit by digit, ten seconds before it ends, who
 * else holds it, and when it is hidden. Nothing counts aloud, and no code stays in the page longer than in view.
 *
 * @param nowMs - only to look again as time goes by: a page that stood still has an old one
 */
export function useCodeAnnouncements({ name, isCounted, state, sharers }: Announced, nowMs: number): void {
  const { t } = useWords()
  const announce = useAnnounce()
  const said = useRef({ code: '', sharers: '', isLow: false })
  const code = state.kind === 'shown' ? state.answer.code : ''
  const untilMs = state.kind === 'shown' ? state.answer.validUntilMs : 0
  const holder = state.kind === 'held' ? state.holder : ''
  useEffect(() => {
    const left = secondsLeft(untilMs, serverClock.nowMs())
    const shared = sharers === '' ? '' : t('reveal.shared', { holder: sharers })
    if (code !== '' && code !== said.current.code) {
      const key = isCounted ? 'reveal.saidCounter' : 'reveal.saidCode'
      const endsAtMs = isCounted ? serverClock.nowMs() + countedShownForMs : untilMs
      announce(`${t(key, { name, spelled: [...code].join(' '), count: left })} ${shared}`, endsAtMs)
      said.current = { code, sharers, isLow: left <= lowSeconds }
    } else if (code !== '' && shared !== '' && sharers !== said.current.sharers) {
      announce(shared)
      said.current.sharers = sharers
    } else if (code !== '' && !isCounted && left <= lowSeconds && !said.current.isLow) {
      announce(t('reveal.saidLow'))
      said.current.isLow = true
    } else if (state.kind === 'hidden' && said.current.code !== '') {
      announce(t('reveal.saidHidden', { name }))
      said.current = { code: '', sharers: '', isLow: false }
    }
  }, [code, untilMs, sharers, nowMs, state.kind, name, isCounted, announce, t])
  useEffect(() => {
    if (holder !== '') announce(t('reveal.held', { holder }))
  }, [holder, announce, t])
  // Another page shows no code, so none is left to be read there.
  useEffect(
    () => () => {
      if (said.current.code !== '') announce('')
    },
    [announce],
  )
}
