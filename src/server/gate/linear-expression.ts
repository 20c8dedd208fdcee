import { type Chars, type Piece, readExpression } from './expression.ts'

/** What an expression may be asked to choose between; each choice may cost another walk over the path. */
const maxChoices = 1000

const faults = {
  beyond: 'looks around or refers back; write it without',
  nested: 'repeats what itself repeats or has alternatives, as in (a+)*',
  shared: 'has two repetitions that may fight over the same characters; begin it with ^, or write [^/]* in place of .*',
  choices: 'leaves too many choices',
} as const

/**
 * Why matching an expression may take longer than in proportion to the path, null when it cannot. A stranger chooses
 * the path, and a check is answered on the one thread there is.
 *
 * JavaScript tries one way after another. That stays linear when at most one repetition is *loose*, which is one that
 * can give characters back to what follows it; an expression that does not begin with `^` is loose from the start. Each
 * repetition behind a loose one must be ended by what follows, and be parted from the last by a character it cannot take
 * itself, so that no character is walked over again for each try of the loose one.
 *
 * @param source - one that JavaScript reads with the flags `us`
 */
export function slowness(source: string): string | null {
  const ways = readExpression(source)
  const whole: Piece = { kind: 'choice', ways }
  if (choicesOf(whole) > maxChoices) return faults.choices
  for (const way of ways) {
    const walked = walk({ pieces: way, outer: null }, { isLoose: way[0]?.kind !== 'start', since: [] })
    if (typeof walked === 'string') return faults[walked]
  }
  return null
}

type Fault = keyof typeof faults

/** What was passed on the way to a piece. */
interface Passed {
  readonly isLoose: boolean
  /** Characters taken for sure since the last repetition, or since the start. */
  readonly since: readonly Chars[]
}

/** Pieces still to come, and what follows the group they stand in. */
interface Rest {
  readonly pieces: readonly Piece[]
  readonly outer: Rest | null
}

function walk(rest: Rest, passed: Passed): Passed | Fault {
  let now = passed
  for (const [index, piece] of rest.pieces.entries()) {
    const next = step(piece, { pieces: rest.pieces.slice(index + 1), outer: rest.outer }, now)
    if (typeof next === 'string') return next
    now = next
  }
  return now
}

function step(piece: Piece, rest: Rest, passed: Passed): Passed | Fault {
  switch (piece.kind) {
    case 'beyond':
      return 'beyond'
    case 'start':
    case 'end':
      return passed
    case 'one':
      return { ...passed, since: [...passed.since, piece.chars] }
    case 'choice':
      return piece.ways.map((way) => walk({ pieces: way, outer: rest }, passed)).reduce(either)
    case 'repeat':
      return repeat(piece, rest, passed)
  }
}

function repeat(piece: Piece & { kind: 'repeat' }, rest: Rest, passed: Passed): Passed | Fault {
  if (piece.max <= 1) return either(passed, step(piece.piece, rest, passed))
  const block = blockOf(piece.piece)
  if (block === null) return 'nested'
  if (piece.min === piece.max) return { ...passed, since: [...passed.since, ...block] }
  const taken = block.reduce(union, nothing)
  const next = firstOf(rest)
  const neverGivesBack = next.mayStop || (isEverything(taken) && isNothing(next.chars) && piece.max === Infinity)
  if (neverGivesBack) return { ...passed, since: [] }
  const isEnded = !overlap(taken, next.chars)
  if (!passed.isLoose) return { isLoose: !isEnded, since: [] }
  return isEnded && passed.since.some((chars) => !overlap(chars, taken)) ? { isLoose: true, since: [] } : 'shared'
}

function either(one: Passed | Fault, other: Passed | Fault): Passed | Fault {
  if (typeof one === 'string' || typeof other === 'string') return typeof one === 'string' ? one : other
  return { isLoose: one.isLoose || other.isLoose, since: one.since.filter((chars) => other.since.includes(chars)) }
}

/** The characters of a piece that always takes the same number of them; null for any other. */
function blockOf(piece: Piece): readonly Chars[] | null {
  if (piece.kind === 'one') return [piece.chars]
  if (piece.kind === 'repeat' && piece.min === piece.max) return blockOf(piece.piece)
  if (piece.kind !== 'choice' || piece.ways.length !== 1) return null
  const blocks = (piece.ways[0] ?? []).map(blockOf)
  return blocks.length === 0 || blocks.includes(null) ? null : blocks.flatMap((block) => block ?? [])
}

/** What may come next: a character, or the end of the expression with the match made. */
interface Next {
  readonly chars: Chars
  readonly mayStop: boolean
}

function firstOf(rest: Rest | null): Next {
  if (rest === null) return { chars: nothing, mayStop: true }
  const [piece, ...others] = rest.pieces
  if (piece === undefined) return firstOf(rest.outer)
  const after: Rest = { pieces: others, outer: rest.outer }
  switch (piece.kind) {
    case 'one':
      return { chars: piece.chars, mayStop: false }
    case 'choice':
      return piece.ways.map((way) => firstOf({ pieces: way, outer: after })).reduce(eitherNext)
    case 'repeat': {
      const once = firstOf({ pieces: [piece.piece], outer: after })
      return piece.min > 0 ? once : eitherNext(once, firstOf(after))
    }
    case 'end':
      // What stands behind the end of the path is never taken: then nothing is known of what makes this fail.
      return { chars: firstOf(after).mayStop ? nothing : everything, mayStop: false }
    case 'start':
    case 'beyond':
      return { chars: everything, mayStop: false }
  }
}

function eitherNext(one: Next, other: Next): Next {
  return { chars: union(one.chars, other.chars), mayStop: one.mayStop || other.mayStop }
}

function choicesOf(piece: Piece): number {
  if (piece.kind === 'repeat') return choicesOf(piece.piece) + (piece.max === 1 ? 1 : 0)
  if (piece.kind !== 'choice') return 1
  const ofWay = (way: readonly Piece[]) => way.reduce((product, part) => product * choicesOf(part), 1)
  return piece.ways.reduce((sum, way) => sum + ofWay(way), 0)
}

const nothing: Chars = { ascii: 0n, hasOthers: false }
const everything: Chars = { ascii: (1n << 128n) - 1n, hasOthers: true }

function union(one: Chars, other: Chars): Chars {
  return { ascii: one.ascii | other.ascii, hasOthers: one.hasOthers || other.hasOthers }
}

function overlap(one: Chars, other: Chars): boolean {
  return (one.ascii & other.ascii) !== 0n || (one.hasOthers && other.hasOthers)
}

function isNothing({ ascii, hasOthers }: Chars): boolean {
  return ascii === 0n && !hasOthers
}

function isEverything({ ascii, hasOthers }: Chars): boolean {
  return ascii === everything.ascii && hasOthers
}
