import { eventIn, type Link, linkHash } from './link.ts'

/** The most problems that are told one by one. */
const mostProblems = 100

/** Gathers what is wrong, in sentences. */
export class Problems {
  readonly sentences: string[] = []

  add(sentence: string): void {
    if (this.sentences.length < mostProblems) this.sentences.push(sentence)
    if (this.sentences.length === mostProblems) this.sentences.push('There are more problems of this kind.')
  }

  addAll({ sentences }: Problems): void {
    for (const sentence of sentences) this.add(sentence)
  }
}

/**
 * Follows one chain link by link and tells what was edited, deleted or put in.
 *
 * It is the same for a database and for an export: whoever reads gives it the links in order.
 */
export class ChainCheck {
  readonly #chain: string
  readonly #problems: Problems
  /** Null after a gap: what the next link was tied to is not there. */
  #previousHash: string | null
  #sequence: number
  #events = 0

  /** @param start - what the first link must be tied to: nothing, or what was pruned */
  constructor(chain: string, start: { sequence: number; hash: string | null }, problems: Problems) {
    this.#chain = chain
    this.#sequence = start.sequence
    this.#previousHash = start.hash
    this.#problems = problems
  }

  /** How many links were seen. */
  get events(): number {
    return this.#events
  }

  /** The link after the ones before. */
  next(link: Link): void {
    this.#events += 1
    this.#checkSequence(link.sequence)
    this.#checkHash(link)
    this.#checkPlace(link)
    this.#sequence = link.sequence
    this.#previousHash = link.hash
  }

  /** The end of the chain as its head, or an export's last line, tells it. */
  end(head: { sequence: number; hash: string }): void {
    if (head.sequence > this.#sequence) this.#tellMissing(this.#sequence + 1, head.sequence)
    else if (head.sequence < this.#sequence) {
      this.#problems.add(
        `Chain ${this.#chain}: the head stands at event ${head.sequence}, but events go on to ${this.#sequence}.`,
      )
    } else if (this.#previousHash !== null && head.hash !== this.#previousHash) {
      this.#problems.add(`Chain ${this.#chain}: the last event, ${head.sequence}, was altered.`)
    }
  }

  #checkSequence(sequence: number): void {
    const expected = this.#sequence + 1
    if (sequence === expected) return
    if (sequence > expected) this.#tellMissing(expected, sequence - 1)
    else this.#problems.add(`Chain ${this.#chain}: event ${sequence} stands behind event ${this.#sequence}.`)
    this.#previousHash = null
  }

  #checkHash({ sequence, body, hash }: Link): void {
    if (this.#previousHash === null || linkHash(this.#previousHash, body) === hash) return
    this.#problems.add(`Chain ${this.#chain}: event ${sequence} was altered, or the one before it.`)
  }

  #checkPlace({ sequence, atMs, body }: Link): void {
    const told = readEvent(body)
    if (told?.chain === this.#chain && told.sequence === sequence && told.atMs === atMs) return
    this.#problems.add(`Chain ${this.#chain}: event ${sequence} tells another place or time than its row.`)
  }

  #tellMissing(from: number, to: number): void {
    this.#problems.add(
      from === to
        ? `Chain ${this.#chain}: event ${from} is missing.`
        : `Chain ${this.#chain}: events ${from} to ${to} are missing.`,
    )
  }
}

function readEvent(body: string) {
  try {
    return eventIn(body)
  } catch {
    return null
  }
}
