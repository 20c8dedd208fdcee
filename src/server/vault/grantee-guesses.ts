import { Failure } from '../../errors/failure.ts'

/** Wrong names at once, and how soon one more is earned. */
const burst = 10
const refillMs = 6 * 60_000
/** Actors remembered at most; who guessed longest ago is forgotten first. */
const mostActors = 10_000

interface Guesses {
  readonly wrong: number
  atMs: number
}

/**
 * Names that actors granted to and that nobody has. Whoever may not list people must not find out by granting to
 * them who is here (T41): after a few wrong names right ones are refused too, until time has passed. Counted by each
 * server for itself.
 */
export class GranteeGuesses {
  readonly #guesses = new Map<string, Guesses>()

  /**
   * Charges a name before it is looked up, so that names sent at once are all counted.
   *
   * @throws {@link Failure} `grant_names_spent` with `retryAfterMs`
   */
  charge(actorId: string, nowMs: number): void {
    const wrong = this.#level(actorId, nowMs)
    if (wrong > burst - 1) {
      throw new Failure('grant_names_spent', { detail: { retryAfterMs: Math.ceil((wrong - burst + 1) * refillMs) } })
    }
    this.#set(actorId, { wrong: wrong + 1, atMs: nowMs })
    if (this.#guesses.size > mostActors) this.#guesses.delete(this.#guesses.keys().next().value ?? '')
  }

  /** Takes a charge back: the name was somebody's. */
  giveBack(actorId: string, nowMs: number): void {
    this.#set(actorId, { wrong: Math.max(0, this.#level(actorId, nowMs) - 1), atMs: nowMs })
  }

  #set(actorId: string, guesses: Guesses): void {
    this.#guesses.delete(actorId)
    if (guesses.wrong > 0) this.#guesses.set(actorId, guesses)
  }

  #level(actorId: string, nowMs: number): number {
    const guesses = this.#guesses.get(actorId)
    if (guesses === undefined) return 0
    // After a clock was set back waiting goes on from there.
    guesses.atMs = Math.min(guesses.atMs, nowMs)
    return Math.max(0, guesses.wrong - (nowMs - guesses.atMs) / refillMs)
  }
}
