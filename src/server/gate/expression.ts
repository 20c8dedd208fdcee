/** Characters an expression takes at one place: of ASCII exactly which, of all others whether any. */
export interface Chars {
  /** Bit n is set for the character n. */
  readonly ascii: bigint
  readonly hasOthers: boolean
}

/** A piece of a regular expression, as far as its running time depends on it. */
export type Piece =
  | { readonly kind: 'one'; readonly chars: Chars }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'choice'; readonly ways: readonly (readonly Piece[])[] }
  | { readonly kind: 'repeat'; readonly piece: Piece; readonly min: number; readonly max: number }
  /** Looks around or refers back: more than a regular language. */
  | { readonly kind: 'beyond' }

/**
 * Takes a regular expression apart.
 *
 * @param source - one that JavaScript reads with the flag `u`, so that its brackets are known to pair
 * @returns its alternatives, each a sequence of pieces
 * @see ECMA-262 section 22.2.1
 */
export function readExpression(source: string): readonly (readonly Piece[])[] {
  return new Reader(source).ways()
}

class Reader {
  readonly #source: string
  #at = 0

  constructor(source: string) {
    this.#source = source
  }

  ways(): readonly (readonly Piece[])[] {
    const ways = [this.#sequence()]
    while (this.#take(/\|/y) !== null) ways.push(this.#sequence())
    return ways
  }

  #sequence(): readonly Piece[] {
    const pieces: Piece[] = []
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source.charAt(this.#at))) {
      pieces.push(this.#repeated(this.#piece()))
    }
    return pieces
  }

  #repeated(piece: Piece): Piece {
    const sign = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y)
    if (sign === null) return piece
    const [least = '0', most] = sign.startsWith('{') ? sign.slice(1, sign.indexOf('}')).split(',') : []
    if (sign.startsWith('{')) {
      const min = Number(least)
      return { kind: 'repeat', piece, min, max: most === undefined ? min : Number(most || Infinity) }
    }
    return { kind: 'repeat', piece, min: sign.startsWith('+') ? 1 : 0, max: sign.startsWith('?') ? 1 : Infinity }
  }

  #piece(): Piece {
    if (this.#take(/\^/y) !== null) return { kind: 'start' }
    if (this.#take(/\$/y) !== null) return { kind: 'end' }
    if (this.#take(/\((?:\?:|\?<(?![=!])[^>]*>)?(?!\?)/y) !== null) return this.#group('choice')
    if (this.#take(/\(\?[^)]?/y) !== null) return this.#group('beyond')
    if (this.#take(/\\[bB1-9]|\\k<[^>]*>/y) !== null) return { kind: 'beyond' }
    const one = this.#take(/\[(?:\\.|[^\]\\])*\]|\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x..|c.|[pP]\{[^}]*\}|.)|./isuy)
    return { kind: 'one', chars: charsOf(one ?? '') }
  }

  #group(kind: 'choice' | 'beyond'): Piece {
    const ways = this.ways()
    this.#take(/\)/y)
    return kind === 'choice' ? { kind, ways } : { kind }
  }

  #take(shape: RegExp): string | null {
    shape.lastIndex = this.#at
    const taken = shape.exec(this.#source)?.[0] ?? null
    if (taken !== null) this.#at += taken.length
    return taken
  }
}

function charsOf(source: string): Chars {
  const one = new RegExp(`^${source}$`, 'us')
  const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) => one.test(String.fromCharCode(code)))
  const hasOthers = /[^\x20-\x7e]|^\.$|^\[\^|\\[DWSspPu]|\\x[89a-fA-F]/.test(source)
  return { ascii: codes.reduce((bits, code) => bits | (1n << BigInt(code)), 0n), hasOthers }
}
