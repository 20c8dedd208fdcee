import { Failure } from '../../errors/failure.ts'

/** Gives the mutex back. Must be called once. */
export type Release = () => void

/**
 * One at a time, in the order of asking.
 *
 * `acquire` fails with `database_busy` after `waitMs`, so that a transaction opened inside another one is
 * an error with a sentence and not a server that hangs.
 */
export class Mutex {
  readonly #waiting: { start: () => void }[] = []
  readonly #waitMs: number
  readonly #release: Release = () => this.#next()
  #isHeld = false

  constructor(waitMs = 10_000) {
    this.#waitMs = waitMs
  }

  /** Resolves to the function that gives the mutex back. */
  acquire(): Promise<Release> | Release {
    if (!this.#isHeld) {
      this.#isHeld = true
      return this.#release
    }
    return new Promise((resolve, reject) => {
      const waiter = { start: () => resolve(this.#release) }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(new Failure('database_busy'))
      }, this.#waitMs)
      waiter.start = () => {
        clearTimeout(timer)
        resolve(this.#release)
      }
      this.#waiting.push(waiter)
    })
  }

  #next(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next.start()
  }
}
