import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { CallOptions } from '../../../src/client/index.ts'
import { type Account, type RevealAnswer, revealCode } from '../contract.ts'
import { type Ask, call } from '../server/call.ts'
import { serverClock } from '../server/clock.ts'
import { type Trouble, troubleOf } from '../server/trouble.ts'
import { newActId } from './act-id.ts'
import { watchMoment } from './moment-watch.ts'
import { codeAt, countedShownForMs, shownForMs } from './reveal-state.ts'

/** Where one account's code stands on this screen. */
export type RevealState =
  | { readonly kind: 'hidden' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly answer: RevealAnswer }
  /** `holder` has this step; ours is kept for us and comes at `freeAtMs`. */
  | HeldState
  /** The account wants a fresh proof of who asks. */
  | { readonly kind: 'proof'; readonly by: Account['stepUp'] }
  | { readonly kind: 'failed'; readonly trouble: Trouble }

/** The server either lets us wait for the step or told when to come back for it. */
interface HeldState {
  readonly kind: 'held'
  readonly holder: string
  readonly freeAtMs: number
  readonly isWaiting: boolean
}

/** A code on the screen and what the visitor can do with it. */
export interface Reveal {
  readonly state: RevealState
  /** Shows the code, and goes on showing fresh ones for a while. */
  ask(options?: { readonly withNext?: boolean }): Promise<void>
  hide(): void
}

/** How long an answer may take once the step we wait for has begun. */
const answerWithinMs = 10_000

type RevealWish = NonNullable<Ask<typeof revealCode>['body']>
type RevealedAccount = Pick<Account, 'id' | 'type' | 'lease'>

/** Shows the code of one account; it lives in this component alone and in no cache. */
export function useReveal(account: RevealedAccount): Reveal {
  const [state, setState] = useState<RevealState>({ kind: 'hidden' })
  const keepUntilMs = useRef(0)
  const turn = useRef(new AbortController())

  const load = useCallback(
    async (withNext: boolean) => {
      turn.current.abort()
      const { signal } = (turn.current = new AbortController())
      const settle = (to: RevealState) => {
        if (!signal.aborted) setState(to)
      }
      const state = await reveal(account.id, withNext ? { next: true } : {}, { signal })
      settle(state)
      if (state.kind === 'held' && !signal.aborted) settle(await waitInLine(account.id, state, signal))
    },
    [account.id],
  )
  const hide = useCallback(() => {
    turn.current.abort()
    setState({ kind: 'hidden' })
  }, [])
  // Nobody is to be handed a code, or kept a step, who has left.
  useEffect(() => () => turn.current.abort(), [])
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
  useReturn(state, () => void load(false))
  return { state, ask, hide }
}

async function reveal(accountId: string, body: RevealWish, options: CallOptions): Promise<RevealState> {
  try {
    const ask = { params: { account: accountId }, body }
    return { kind: 'shown', answer: await call(revealCode, ask, { idempotencyKey: newActId(), ...options }) }
  } catch (thrown) {
    return refused(troubleOf(thrown))
  }
}

/**
 * Waits for the step that is ours: asking for a code that still lives makes the server keep it, so that nobody
 * who asks after us is served before us. Where the line breaks, we come back when the step begins.
 */
async function waitInLine(accountId: string, held: HeldState, signal: AbortSignal): Promise<RevealState> {
  const timeoutMs = held.freeAtMs - serverClock.nowMs() + answerWithinMs
  const state = await reveal(accountId, { minSeconds: 1 }, { signal, timeoutMs })
  if (state.kind === 'failed') return { ...held, isWaiting: false }
  return state.kind === 'held' ? { ...state, isWaiting: false } : state
}

function refused(trouble: Trouble): RevealState {
  if (trouble.code === 'reveal_step_up_passkey') return { kind: 'proof', by: 'passkey' }
  if (trouble.code === 'reveal_step_up_recent') return { kind: 'proof', by: 'recent' }
  if (trouble.code === 'reveal_step_up_sign_on') return { kind: 'proof', by: 'sign-on' }
  if (trouble.code === 'reveal_lease_held' && trouble.retryAfterMs !== null) {
    const freeAtMs = serverClock.nowMs() + trouble.retryAfterMs
    return { kind: 'held', holder: trouble.holder, freeAtMs, isWaiting: true }
  }
  return { kind: 'failed', trouble }
}

/** Comes back for a step that was promised. */
function useReturn(state: RevealState, ask: () => void): void {
  const comeBack = useEffectEvent(ask)
  const freeAtMs = state.kind === 'held' && !state.isWaiting ? state.freeAtMs : null
  useEffect(() => {
    if (freeAtMs === null) return
    const timer = setTimeout(comeBack, Math.max(0, freeAtMs - serverClock.nowMs()))
    return () => clearTimeout(timer)
  }, [freeAtMs])
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
    // Under an exclusive lease each code is somebody's wish: renewing it unasked would keep others waiting.
    if (!isWanted || account.type === 'hotp' || account.lease === 'exclusive') return hide()
    if (current !== null) return setState({ kind: 'shown', answer: current })
    setState({ kind: 'asking' })
    ask()
  })
  useEffect(() => {
    if (state.kind !== 'shown') return
    const { answer } = state
    const endsAtMs = account.type === 'hotp' ? keepUntilMs.current : answer.validUntilMs
    return watchMoment(endsAtMs, () => look(answer))
  }, [account.type, state, keepUntilMs])
}
