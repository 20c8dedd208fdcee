import type { Change, ChangeFeed } from './storage.ts'

/** After this long without a confirmation caches must be bypassed. */
const confirmedForMs = 1000

/**
 * Who listens to changes, and whether the feed was confirmed lately. The engines' feeds tell it what they saw.
 *
 * Confirmation is measured on the monotonic clock: a corrected wall clock must not make a stale cache look fresh.
 */
export class ChangeListeners implements ChangeFeed {
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #resetListeners = new Set<() => void>()
  #confirmedAt = Number.NEGATIVE_INFINITY

  isConfirmed(): boolean {
    return performance.now() - this.#confirmedAt < confirmedForMs
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onReset(listener: () => void): () => void {
    this.#resetListeners.add(listener)
    return () => this.#resetListeners.delete(listener)
  }

  /** The engine was asked and nothing before this moment is missing. */
  confirm(): void {
    this.#confirmedAt = performance.now()
  }

  /** Tells every listener. A change may be told twice: once by the process that made it, once by the feed. */
  deliver(changes: readonly Change[]): void {
    for (const { kind, objectId } of changes) {
      for (const listener of this.#listeners) listener({ kind, objectId })
    }
  }

  /** Changes may have been missed. */
  reset(): void {
    for (const listener of this.#resetListeners) listener()
  }
}
