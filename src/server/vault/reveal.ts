import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { RevealAnswer } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import { type Actor, actorId, actorName } from '../http/actor.ts'
import type { NoticeEvent } from '../access/notices/events.ts'
import { requireKnown } from '../access/rights.ts'
import type { VaultAccount } from './account.ts'
import { codeOfStep } from './account-code.ts'
import type { Lease } from './lease.ts'
import { type AskedReveal, type DecidedReveal, RevealBatch, revealEvent } from './reveal-batch.ts'
import type { RevealDecision } from './reveal-rule.ts'
import { accountChange, type VaultRoom } from './room.ts'

/** How a code is wished for. */
export interface RevealOptions {
  /** Wait for a code that lives at least so long, at most one period. */
  readonly minSeconds?: number | undefined
  readonly next?: boolean | undefined
  readonly previous?: boolean | undefined
  /** Names this act; accounts that count give one code for each. */
  readonly idempotencyKey?: string | undefined
  /** The foreign door it came through. */
  readonly door?: string | undefined
  /** The public key it was asked for by: an account that goes by another one meanwhile is not found. */
  readonly publicKey?: string | undefined
  /** Fires when nobody waits for the answer any more. */
  readonly signal?: AbortSignal | undefined
  /** Who asks by now, for a wish that waited: it is decided by the rights of that moment (T96). */
  readonly askerNow?: (() => Promise<Actor>) | undefined
}

/** A decided wish, and the way to the secret of its account: opened once for all who share the transaction. */
interface ReadyReveal extends DecidedReveal {
  readonly openSecret: (account: VaultAccount) => Promise<Uint8Array>
}

interface Waiting {
  readonly asked: AskedReveal
  readonly resolve: (decided: ReadyReveal) => void
  readonly reject: (error: unknown) => void
}

/** Wishes decided in one transaction at most; more wait for the next one. */
const mostTogether = 256
/** An eager sleeper may wake a little before the step it waits for. */
const wakeMarginMs = 2

/**
 * Hands out codes: right, proof and lease are decided and audited in one transaction, and only then is the
 * secret opened (law 3). Wishes that arrive while a transaction runs share the next one.
 */
export class Revealer {
  readonly #room: VaultRoom
  readonly #queue: Waiting[] = []
  readonly #stopping = new AbortController()
  #isRunning = false

  constructor(room: VaultRoom) {
    this.#room = room
  }

  /**
   * The code of an account at this moment.
   *
   * @throws {@link Failure} `login_needed`, `account_not_found`, `reveal_not_granted`, `reveal_step_up_recent`,
   *   `reveal_step_up_passkey`, `reveal_lease_held` with `retryAfterMs`, `reveal_key_missing`
   */
  async reveal(actor: Actor, accountId: string, options: RevealOptions = {}): Promise<RevealAnswer> {
    requireKnown(actor)
    // PostgreSQL cannot hold such a text, and one wish must not spoil the others of its transaction.
    if (accountId.includes('\0')) throw new Failure('account_not_found')
    const asked = this.#ask(actor, accountId, options, 'reveal')
    const decided = await this.#decidePatiently(asked, options)
    return this.#answer(decided)
  }

  /**
   * The codes of the step before and of this one, in order, for services that register an authenticator by two
   * codes in a row. A step that has only begun a moment ago is as good as any: neither code is a later one.
   *
   * @throws {@link Failure} as {@link Revealer.reveal}, `reveal_not_custodian`, `account_counter_based`
   */
  async registerCodes(actor: Actor, accountId: string): Promise<{ first: RevealAnswer; second: RevealAnswer }> {
    requireKnown(actor)
    const decided = await this.#enqueue(this.#ask(actor, accountId, {}, 'register'))
    const second = await this.#answer(decided)
    const { account, nowMs } = decided
    if (account === null) throw new Failure('account_not_found')
    const secret = await decided.openSecret(account)
    return { first: { ...codeOfStep(account, secret, second.step - 1, nowMs), serverTimeMs: nowMs }, second }
  }

  /** Fires when waits are to end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal
  }

  /** Ends every wait; what needs no wait is still answered. */
  endWaits(): void {
    this.#stopping.abort()
  }

  #ask(actor: Actor, accountId: string, options: RevealOptions, purpose: AskedReveal['purpose']): AskedReveal {
    const { minSeconds = 0, next = false, previous = false, idempotencyKey, publicKey = null, door = null } = options
    const actKey = idempotencyKey === undefined ? null : createHash('sha256').update(idempotencyKey).digest('base64url')
    const wish = { actor, minSeconds, wantsNext: next, wantsPrevious: previous, hasWaited: false, actKey }
    return { accountId, wish, purpose, publicKey, door }
  }

  async #decidePatiently(asked: AskedReveal, { signal, askerNow }: RevealOptions): Promise<ReadyReveal> {
    const decided = await this.#enqueue(asked)
    if (decided.decision.kind !== 'wait') return decided
    await this.#sleepUntil(decided.decision.untilMs, signal)
    const actor = askerNow === undefined ? asked.wish.actor : await askerNow()
    requireKnown(actor)
    return this.#enqueue({ ...asked, wish: { ...asked.wish, actor, hasWaited: true } })
  }

  async #sleepUntil(untilMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { core, options } = this.#room
    const sleep = options.sleep ?? ((ms, stop) => delay(ms, undefined, { signal: stop }))
    const stop = signal === undefined ? this.#stopping.signal : AbortSignal.any([signal, this.#stopping.signal])
    try {
      while (core.services.clock.nowMs() < untilMs) {
        await sleep(untilMs - core.services.clock.nowMs() + wakeMarginMs, stop)
      }
    } catch (cause) {
      throw new Failure('server_stopping', { cause })
    }
  }

  #enqueue(asked: AskedReveal): Promise<ReadyReveal> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ asked, resolve, reject })
      if (this.#isRunning) return
      this.#isRunning = true
      // One turn of the event loop lets the other requests of this moment join.
      setImmediate(() => void this.#run())
    })
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const together = this.#queue.splice(0, mostTogether)
      try {
        const decided = await this.#decide(together.map(({ asked }) => asked))
        const openSecret = this.#openOnce()
        for (const [index, one] of decided.entries()) together[index]?.resolve({ ...one, openSecret })
      } catch (error) {
        for (const { reject } of together) reject(error)
      }
    }
    this.#isRunning = false
  }

  #decide(asked: readonly AskedReveal[]): Promise<DecidedReveal[]> {
    const { storage, audit, services } = this.#room.core
    return storage.transaction(async (tx) => {
      const batch = await RevealBatch.load(tx, storage.engine, asked, services.clock.nowMs())
      const decided = asked.map((one) => batch.decide(one))
      const changed = await batch.write(tx)
      for (const objectId of changed) await storage.recordChange(tx, { kind: accountChange, objectId })
      const events = decided.flatMap((one) => revealEvent(one, (name) => audit.unknownName(name)) ?? [])
      if (events.length > 0) await audit.append(tx, events)
      for (const { account, asked, decision } of decided) {
        const isTold = account?.marked === true && decision.kind === 'reveal'
        if (isTold) await this.#room.options.notices?.post(tx, revealNotice(account, asked.wish.actor, decision.step))
      }
      return decided
    })
  }

  async #answer(decided: ReadyReveal): Promise<RevealAnswer> {
    const { account, asked, decision, nowMs } = decided
    const reveals = this.#room.core.services.metrics.reveals
    reveals.inc({ outcome: decision.kind === 'reveal' ? 'accepted' : 'refused' })
    if (account === null || decision.kind !== 'reveal') throw failureOf(decision)
    if (asked.wish.wantsPrevious) return this.#previousCode(account, nowMs)
    const secret = await decided.openSecret(account)
    const { step, nextStep, holder } = decision
    return {
      ...codeOfStep(account, secret, step, nowMs),
      serverTimeMs: nowMs,
      ...(nextStep === null ? {} : { next: codeOfStep(account, secret, nextStep, nowMs) }),
      ...(holder === null ? {} : { lease: leaseInfo(account, asked.wish.actor, holder) }),
    }
  }

  #openOnce(): (account: VaultAccount) => Promise<Uint8Array> {
    const opened = new Map<string, Promise<Uint8Array>>()
    return (account) => {
      const secret = opened.get(account.id) ?? this.#room.secrets.open(account)
      opened.set(account.id, secret)
      return secret
    }
  }

  async #previousCode(account: VaultAccount, nowMs: number): Promise<RevealAnswer> {
    if (account.previousSecret === null) throw new Failure('account_no_previous_secret')
    const { secret, ...shape } = await this.#room.secrets.openPrevious(account.id, account.previousSecret)
    if (shape.type === 'hotp') throw new Failure('account_counter_based')
    const step = Math.floor(nowMs / 1000 / shape.periodSeconds)
    return { ...codeOfStep(shape, secret, step, nowMs), serverTimeMs: nowMs }
  }
}

function failureOf(decision: RevealDecision): Failure {
  switch (decision.kind) {
    case 'denied':
      return new Failure(decision.failure)
    case 'held': {
      const { holderName, retryAfterMs } = decision
      const seconds = Math.ceil(retryAfterMs / 1000)
      return new Failure('reveal_lease_held', { detail: { holder: holderName, seconds, retryAfterMs } })
    }
    // Decided twice as a wait: the clock was set back meanwhile.
    case 'wait':
    case 'reveal':
      return new Failure('server_stopping')
  }
}

function revealNotice(account: VaultAccount, actor: Actor, step: number): NoticeEvent {
  const who = actorName(actor)
  return {
    event: 'account.revealed',
    summary: `${who} was shown a code of ${account.label}.`,
    toAdministrators: true,
    fields: { accountId: account.id, label: account.label, actor: who, address: actor.address, step },
  }
}

function leaseInfo(account: VaultAccount, actor: Actor, holder: Lease): NonNullable<RevealAnswer['lease']> {
  return { mode: account.lease, holder: holder.holderName, mine: holder.holderId === actorId(actor), step: holder.step }
}
