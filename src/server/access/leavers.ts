import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'

/** Somebody who may no longer do what they could: gone from everything, or out of one group. */
export interface Leaver {
  readonly personId: string
  readonly personName: string
  /** The group they left; null when they were disabled or deleted. */
  readonly group: { readonly id: string; readonly name: string } | null
}

/** Hears of a leaver in the transaction in which they leave. */
export type LeaveListener = (tx: Tx, actor: Actor, leaver: Leaver) => Promise<unknown>

/** Tells other rooms who leaves, so that what leavers knew can be changed. */
export class Leavers {
  readonly #listeners: LeaveListener[] = []

  listen(listener: LeaveListener): void {
    this.#listeners.push(listener)
  }

  async tell(tx: Tx, actor: Actor, leaver: Leaver): Promise<void> {
    for (const listener of this.#listeners) await listener(tx, actor, leaver)
  }
}
