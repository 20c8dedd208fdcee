import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import { type Account, type RevealAnswer, revealCode } from '../contract.ts'
import { call } from '../server/call.ts'
import { serverClock } from '../server/clock.ts'
import { type Trouble, troubleOf } from '../server/trouble.ts'
import { newActId } from './act-id.ts'
import { codeAt, countedShownForMs, shownForMs } from './reveal-state.ts'

/** Where one account's code stands on this screen. */
export type RevealState =
  | { readonly kind: 'hidden' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly answer: RevealAnswer }
  /** Somebody else holds this step; ours comes at `freeAtMs`. */
  | { readonly kind: 'held'; readonly trouble: Trouble; readonly freeAtMs: number }
  /** The account wants a fresh proof of who asks. */
  | { readonly kind: 'proof'; readonly by: Account['stepUp'] }
  | { readonly kind: 'failed'; readonly trouble: Trouble }

/** A code on the screen and what the visitor can do with it. */
export interface Reveal {
  readonly state: RevealState
  /** Shows the code, and goes on showing fresh ones for a while. */
  ask(options?: { readonly withNext?: boolean }): Promise<void>
  hide(): void
}

type RevealedAccount = Pick<Account, 'id' | 'type' | 'lease'>

/** Shows the code of one account; it lives in this component alone and in no cache. */
export function useReveal(account: RevealedAccount): Reveal {
  const [state, setState] = useState<RevealState>({ kind: 'hidden' })
  const keepUntilMs = useRef(0)
  const turn = useRef(0)

  const load = useCallback(
    async (withNext: boolean) => {
      const mine = ++turn.current
      const settle = (to: RevealState) => mine === turn.current && setState(to)
      try {
        const ask = { params: { account: account.id }, body: withNext ? { next: true } : {} }
        const answer = await call(revealCode, ask, { idempotencyKey: newActId() })
        settle({ kind: 'shown', answer })
      } catch (thrown) {
        settle(refused(troubleOf(thrown)))
      }
    },
    [account.id],
  )
  const hide = useCallback(() => {
    turn.current++
    setState({ kind: 'hidden' })
  }, [])
  const ask = useCallback(
    async (options: { readonly withNext?: boolean } = {}) => {
      const isCounted = account.type === 'hotp'
      keepUntilMs.current = serverClock.nowMs() + (isCounted ? countedShownForMs : shownForMs)
      if (options.withNext === undefined) setState({ kind: 'asking' })
      // Under an exclusive lease the next code is somebody else's until it is asked for by name.
      await load(options.withNext ?? (!isCounted && account.lease !== 'exclusive'))
    },
    [account.type, account.lease, load],
  )
  useStepEnd(account, state, { keepUntilMs, setState, ask: () => void load(false), hide })
  return { state, ask, hide }
}

function refused(trouble: Trouble): RevealState {
  if (trouble.code === 'reveal_step_up_passkey') return { kind: 'proof', by: 'passkey' }
  if (trouble.code === 'reveal_step_up_recent') return { kind: 'proof', by: 'recent' }
  if (trouble.code === 'reveal_step_up_sign_on') return { kind: 'proof', by: 'sign-on' }
  if (trouble.code === 'reveal_lease_held' && trouble.retryAfterMs !== null) {
    return { kind: 'held', trouble, freeAtMs: serverClock.nowMs() + trouble.retryAfterMs }
  }
  return { kind: 'failed', trouble }
}

interface StepEnd {
  readonly keepUntilMs: { readonly current: number }
  setState(state: RevealState): void
  ask(): void
  hide(): void
}

/** At the end of its step a code leaves the screen, whatever comes after it. */
function useStepEnd(account: RevealedAccount, state: RevealState, act: StepEnd): void {
  const { keepUntilMs, setState, ask, hide } = act
  const look = useEffectEvent((answer: RevealAnswer) => {
    const nowMs = serverClock.nowMs()
    const current = codeAt(answer, account.type, nowMs)
    const isWanted = nowMs < keepUntilMs.current && document.visibilityState === 'visible'
    if (current === answer && (isWanted || account.type !== 'hotp')) return
    if (!isWanted || account.type === 'hotp') return hide()
    if (current !== null) return setState({ kind: 'shown', answer: current })
    setState({ kind: 'asking' })
    ask()
  })
  useEffect(() => {
    if (state.kind !== 'shown') return
    const { answer } = state
    const lookAgain = () => look(answer)
    const endsAtMs = account.type === 'hotp' ? keepUntilMs.current : answer.validUntilMs
    const timer = setTimeout(lookAgain, Math.max(0, endsAtMs - serverClock.nowMs()))
    // Timers sleep with the device and in the background; coming back looks at once.
    const events = ['visibilitychange', 'pageshow', 'focus'] as const
    for (const event of events) addEventListener(event, lookAgain, true)
    return () => {
      clearTimeout(timer)
      for (const event of events) removeEventListener(event, lookAgain, true)
    }
  }, [account.type, state, keepUntilMs])
}
