import { type Piece, readExpression } from '../../../src/server/gate/expression.ts'

type Then = (at: number) => boolean

/**
 * How many characters JavaScript's way of matching (ECMA-262 section 22.2.2) looks at until it is done with an
 * ASCII text, counted by a matcher that tries one way after another as it does.
 */
export function stepsOf(source: string, text: string): number {
  let steps = 0
  const sequence = (pieces: readonly Piece[], at: number, then: Then): boolean => {
    const [piece, ...others] = pieces
    return piece === undefined ? then(at) : one(piece, at, (next) => sequence(others, next, then))
  }
  const one = (piece: Piece, at: number, then: Then): boolean => {
    switch (piece.kind) {
      case 'one':
        steps += 1
        return at < text.length && ((piece.chars.ascii >> BigInt(text.charCodeAt(at))) & 1n) === 1n && then(at + 1)
      case 'choice':
        return piece.ways.some((way) => sequence(way, at, then))
      case 'repeat':
        return repeat(piece, 0, at, then)
      default:
        return at === (piece.kind === 'start' ? 0 : text.length) && then(at)
    }
  }
  const repeat = (piece: Piece & { kind: 'repeat' }, done: number, at: number, then: Then): boolean => {
    const again = (next: number) => (next > at || done < piece.min) && repeat(piece, done + 1, next, then)
    return (done < piece.max && one(piece.piece, at, again)) || (done >= piece.min && then(at))
  }
  const ways = readExpression(source)
  for (let start = 0; start <= text.length; start += 1) {
    if (ways.some((way) => sequence(way, start, () => true))) break
  }
  return steps
}
