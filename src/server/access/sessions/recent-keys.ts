import { tokenKey } from '../token-key.ts'

/** Keys remembered at most. */
const maxKept = 1000

/**
 * The keys of tokens shown lately: hashing costs a gate check more than all else it does with a token.
 *
 * A key opens nothing by itself: whether its session lives is asked each time. But tokens stand nowhere else in
 * memory, so whoever owns this makes it forget often.
 */
export class RecentKeys {
  readonly #keys = new Map<string, string>()

  /**
   * The key of a token.
   *
   * @param isWorthKeeping - asked of a key that is not remembered yet, so that strangers cannot fill the memory
   */
  of(token: string, isWorthKeeping: (key: string) => boolean): string {
    const known = this.#keys.get(token)
    if (known !== undefined) return known
    const key = tokenKey(token)
    if (isWorthKeeping(key)) this.#keep(token, key)
    return key
  }

  get size(): number {
    return this.#keys.size
  }

  forget(): void {
    this.#keys.clear()
  }

  #keep(token: string, key: string): void {
    if (this.#keys.size >= maxKept) this.#keys.clear()
    this.#keys.set(token, key)
  }
}
