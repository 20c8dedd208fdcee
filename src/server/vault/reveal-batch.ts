import type { FailureCode } from '../../errors/catalogue.ts'
import { doneBy } from '../access/audited.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Engine, Tx } from '../database/storage.ts'
import { type Actor, actorId } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { custodiansOf } from './custody-store.ts'
import { grantsOn } from './grant-store.ts'
import { type AccountLease, leasesOf, type LeaseRange, putLeases } from './lease-store.ts'
import {
  decideRegistration,
  decideReveal,
  type RevealDecision,
  type RevealFacts,
  type RevealWish,
} from './reveal-rule.ts'
import { holdAccounts, setCounter } from './store.ts'

/** A wish waiting to be decided. */
export interface AskedReveal {
  readonly accountId: string
  readonly wish: RevealWish
  /** `register` asks for two codes in a row instead of one. */
  readonly purpose: 'reveal' | 'register'
  /** The public key it was asked for by, null where it was asked for by its id. */
  readonly publicKey: string | null
  /** The foreign door it came through, for the audit. */
  readonly door: string | null
}

/** A decided wish; `account` is null when there is none of that id. */
export interface DecidedReveal {
  readonly asked: AskedReveal
  readonly account: VaultAccount | null
  readonly decision: RevealDecision
  readonly nowMs: number
}

interface Opened extends RevealFacts {
  readonly custodianIds: ReadonlySet<string>
}

/**
 * Wishes that arrive together are decided together, in the order they came, in one transaction: accounts,
 * grants and leases are read once, each decision sees what the ones before it wrote, and everything is
 * written before any code leaves.
 */
export class RevealBatch {
  readonly #opened: Map<string, Opened>
  readonly #leases = new Map<string, AccountLease>()
  readonly #counters = new Map<string, number>()
  readonly #shared = new Set<string>()
  readonly #nowMs: number

  private constructor(opened: Map<string, Opened>, nowMs: number) {
    this.#opened = opened
    this.#nowMs = nowMs
  }

  static async load(tx: Tx, engine: Engine, asked: readonly AskedReveal[], nowMs: number): Promise<RevealBatch> {
    const ids = [...new Set(asked.map(({ accountId }) => accountId))]
    const accounts = await holdAccounts(tx, engine, ids)
    const known = accounts.map(({ id }) => id)
    const grants = await grantsOn(tx, known)
    const leases = await leasesOf(tx, leaseRanges(accounts, nowMs))
    const registering = new Set(asked.filter(({ purpose }) => purpose === 'register').map(({ accountId }) => accountId))
    const opened = new Map<string, Opened>()
    for (const account of accounts) {
      opened.set(account.id, {
        account,
        grants: grants.filter(({ accountId }) => accountId === account.id),
        leases: leases.filter(({ accountId }) => accountId === account.id),
        custodianIds: registering.has(account.id) ? await presentCustodians(tx, account) : new Set(),
        nowMs,
      })
    }
    return new RevealBatch(opened, nowMs)
  }

  decide(asked: AskedReveal): DecidedReveal {
    const opened = this.#opened.get(asked.accountId)
    const nowMs = this.#nowMs
    if (opened === undefined || (asked.publicKey !== null && asked.publicKey !== opened.account.publicKey)) {
      return { asked, account: null, decision: { kind: 'denied', failure: 'account_not_found' }, nowMs }
    }
    const decision = decideOne(asked, opened)
    if (decision.kind !== 'denied') this.#note(opened, decision)
    if (isShared(decision, asked.wish.actor)) this.#shared.add(asked.accountId)
    return { asked, account: opened.account, decision, nowMs }
  }

  /** Writes what the decisions changed. Answers the accounts whose leases changed or were shared. */
  async write(tx: Tx): Promise<string[]> {
    await putLeases(tx, [...this.#leases.values()])
    for (const [accountId, counter] of this.#counters) await setCounter(tx, accountId, counter)
    return [...new Set([...this.#shared, ...[...this.#leases.values()].map(({ accountId }) => accountId)])]
  }

  // The next wish of the batch must see this one's lease and counter.
  #note(opened: Opened, decision: Exclude<RevealDecision, { kind: 'denied' }>): void {
    const { account } = opened
    const written = decision.leases
    for (const lease of written) this.#leases.set(`${account.id} ${lease.step}`, { ...lease, accountId: account.id })
    const counter = decision.kind === 'reveal' ? decision.counter : null
    if (counter !== null) this.#counters.set(account.id, counter)
    if (written.length === 0 && counter === null) return
    const kept = opened.leases.filter((before) => !written.some(({ step }) => step === before.step))
    this.#opened.set(account.id, {
      ...opened,
      account: counter === null ? account : { ...account, counter },
      leases: [...kept, ...written],
    })
  }
}

/** Whether somebody was shown a code that another holds: whoever watches the account is told. */
function isShared(decision: RevealDecision, actor: Actor): boolean {
  return decision.kind === 'reveal' && decision.holder !== null && decision.holder.holderId !== actorId(actor)
}

/** What the audit keeps of a decided wish; null for a wait, which is told when it ends. */
export function revealEvent(
  { asked, account, decision }: DecidedReveal,
  unknown: (name: string) => string,
): AuditEvent | null {
  if (decision.kind === 'wait') return null
  const { wish, purpose, door } = asked
  return doneBy(wish.actor, {
    action: purpose === 'reveal' ? 'account.reveal' : 'account.register-codes',
    objectKind: 'account',
    objectId: account?.id ?? unknown(asked.accountId),
    ...(account === null ? {} : { objectName: account.label }),
    ...outcomeOf(decision),
    detail: {
      ...(decision.kind === 'reveal' ? { step: decision.step } : {}),
      ...(decision.kind === 'reveal' && decision.nextStep !== null ? { nextStep: decision.nextStep } : {}),
      ...(wish.wantsPrevious ? { previousSecret: true } : {}),
      ...(door === null ? {} : { door }),
    },
  })
}

function outcomeOf(
  decision: Exclude<RevealDecision, { kind: 'wait' }>,
): { outcome: 'accepted' } | { outcome: 'refused' | 'denied'; reason: FailureCode } {
  switch (decision.kind) {
    case 'reveal':
      return { outcome: 'accepted' }
    case 'held':
      return { outcome: 'refused', reason: 'reveal_lease_held' }
    case 'denied':
      return { outcome: 'denied', reason: decision.failure }
  }
}

function decideOne({ wish, purpose }: AskedReveal, opened: Opened): RevealDecision {
  if (purpose === 'reveal') return decideReveal(wish, opened)
  const { actor } = wish
  return decideRegistration(wish, opened, actor.kind === 'person' && opened.custodianIds.has(actor.personId))
}

async function presentCustodians(tx: Tx, account: VaultAccount): Promise<Set<string>> {
  const custodians = await custodiansOf(tx, account.id, account.secretVersion)
  return new Set(custodians.flatMap(({ personId }) => personId ?? []))
}

function leaseRanges(accounts: readonly VaultAccount[], nowMs: number): LeaseRange[] {
  const counted = accounts.filter(({ type }) => type === 'hotp').map(({ id }) => id)
  const timed = Map.groupBy(
    accounts.filter(({ type }) => type !== 'hotp'),
    ({ periodSeconds }) => periodSeconds,
  )
  const ranges = [...timed].map(([periodSeconds, group]) => ({
    accountIds: group.map(({ id }) => id),
    fromStep: Math.floor(nowMs / 1000 / periodSeconds),
  }))
  return counted.length === 0 ? ranges : [...ranges, { accountIds: counted, fromStep: 0 }]
}
