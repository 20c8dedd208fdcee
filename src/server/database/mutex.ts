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
  readonly #waiting: (() => void)[] = []
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
      const start = () => {
        clearTimeout(timer)
        resolve(this.#release)
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1)
        reject(new Failure('database_busy'))
      }, this.#waitMs)
      this.#waiting.push(start)
    })
  }

  #next(): void {
    const start = this.#waiting.shift()
    if (start === undefined) this.#isHeld = false
    else start()
  }
}
