import { notifications } from '@mantine/notifications'
import type { Account, RevealAnswer } from '../contract.ts'
import { useServerNow } from '../parts/server-now.ts'
import { serverClock } from '../server/clock.ts'
import { useWords } from '../words/words.tsx'
import { useCodeAnnouncements } from './announcements.ts'
import { copyCode } from './clipboard.ts'
import { codeAt } from './reveal-state.ts'
import { type Reveal, useReveal } from './use-reveal.ts'
import { useSharers } from './use-sharers.ts'

/** A code as a row or a card draws it. */
export interface CodeView extends Reveal {
  /** The server's time, ticking while something counts. */
  readonly nowMs: number
  /** What may be drawn now; null while hidden, and from the moment its step ends. */
  readonly shown: RevealAnswer | null
  /** Who else has that code; empty when nobody has. */
  readonly sharers: string
  /** Asks when hidden, copies when shown: what Enter does. */
  askOrCopy(): void
  copy(): void
}

/** Everything around one account's code: its life, its words, the clipboard. */
export function useCodeView(account: Account): CodeView {
  const { t } = useWords()
  const reveal = useReveal(account)
  const { state, ask } = reveal
  const nowMs = useServerNow(state.kind === 'shown' || state.kind === 'held')
  const shown = state.kind === 'shown' ? codeAt(state.answer, account.type, serverClock.nowMs()) : null
  const sharers = useSharers(account, shown)
  useCodeAnnouncements({ name: account.label, isCounted: account.type === 'hotp', state, sharers }, nowMs)

  const copy = () => {
    if (shown === null) return
    const livesMs = account.type === 'hotp' ? 60_000 : shown.validUntilMs - serverClock.nowMs()
    void copyCode(shown.code, livesMs).then((isCopied) => {
      notifications.show({
        id: 'copied',
        message: t(isCopied ? 'reveal.copied' : 'reveal.copyRefused'),
        color: isCopied ? 'tyrian' : 'red',
        autoClose: 4000,
      })
    })
  }
  const askOrCopy = () => (shown === null ? void ask() : copy())
  return { ...reveal, nowMs, shown, sharers, askOrCopy, copy }
}
