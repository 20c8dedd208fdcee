/**
 * Remembers what was used lately, in two generations: when the young one is full it becomes the old one, and what was
 * old is forgotten whole.
 *
 * So at least `capacity` entries stay, at most twice as many, and forgetting costs nothing: taking the oldest key out
 * of one large map again and again makes the map walk over the holes it left.
 */
export class Recent<Value> {
  readonly #capacity: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** What is remembered under a key; it then counts as used. */
  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size < this.#capacity) return
    this.#old = this.#young
    this.#young = new Map()
  }

  delete(key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }
}
