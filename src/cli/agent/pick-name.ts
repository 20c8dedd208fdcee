import { openSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { Failure } from '../../errors/failure.ts'
import { cutTo, widthOf } from './display-width.ts'

const shownAtOnce = 10

/** What the list looks like while somebody types. */
interface Picking {
  readonly typed: string
  readonly cursor: number
}

/**
 * Lets a person pick one of several names on the terminal: typing narrows, arrows move, Enter takes.
 *
 * @throws {@link Failure} `agent_interrupted` on Escape or Ctrl-C
 */
export async function pickName(names: readonly string[]): Promise<string> {
  const device = openSync('/dev/tty', 'r+')
  const input = new ReadStream(device)
  let state: Picking = { typed: '', cursor: 0 }
  const columns = process.stderr.columns || 80
  const draw = () => writeSync(device, drawing(names, state, columns))
  try {
    input.setRawMode(true)
    input.setEncoding('utf8')
    draw()
    for await (const chunk of input) {
      for (const key of keysIn(String(chunk))) {
        const fitting = narrow(names, state.typed)
        if (key === '\r' || key === '\n') {
          const chosen = fitting[state.cursor]
          if (chosen !== undefined) return chosen
        } else if (key === '\u0003' || key === '\u001b') throw new Failure('agent_interrupted')
        else state = pressed(state, key, fitting.length)
      }
      draw()
    }
    throw new Failure('agent_interrupted')
  } finally {
    writeSync(device, '\r\u001b[J')
    input.setRawMode(false)
    input.destroy()
  }
}

/** The names that hold what was typed, the ones starting with it first. */
export function narrow(names: readonly string[], typed: string): string[] {
  const wanted = typed.toLowerCase()
  const holding = names.filter((name) => name.toLowerCase().includes(wanted))
  const starts = (name: string) => (name.toLowerCase().startsWith(wanted) ? 0 : 1)
  return holding.toSorted((one, other) => starts(one) - starts(other) || one.localeCompare(other, 'en'))
}

/** The list after one more key. */
export function pressed({ typed, cursor }: Picking, key: string, fitting: number): Picking {
  if (key === '\u001b[A') return { typed, cursor: Math.max(0, cursor - 1) }
  if (key === '\u001b[B') return { typed, cursor: Math.max(0, Math.min(fitting - 1, cursor + 1)) }
  if (key === '\u007f' || key === '\b') return { typed: typed.slice(0, -1), cursor: 0 }
  return key >= ' ' ? { typed: typed + key, cursor: 0 } : { typed, cursor }
}

/** The list as it is drawn: a line that took two rows of the terminal would leave the next drawing too low. */
export function drawing(names: readonly string[], { typed, cursor }: Picking, columns: number): string {
  const fitting = narrow(names, typed)
  const first = Math.max(0, cursor - shownAtOnce + 1)
  const lines = fitting
    .slice(first, first + shownAtOnce)
    .map((name, row) => `${first + row === cursor ? '>' : ' '} ${cutTo(name, columns - 3)}`)
  if (fitting.length === 0) lines.push('  (no account fits)')
  const prompt = cutTo(`Account: ${typed}`, columns - 1)
  // Clear below, draw, and go back up so that the next drawing covers this one.
  return `\r\u001b[J${prompt}\r\n${lines.join('\r\n')}\u001b[${lines.length}A\r\u001b[${widthOf(prompt)}C`
}

const arrowKeys = ['A', 'B', 'C', 'D'].map((letter) => `\u001b[${letter}`)

/** Splits what a terminal sent into keys, arrow keys whole. */
function keysIn(chunk: string): string[] {
  const keys: string[] = []
  for (let rest = chunk; rest !== ''; rest = rest.slice(keys.at(-1)?.length)) {
    keys.push(arrowKeys.find((key) => rest.startsWith(key)) ?? String.fromCodePoint(rest.codePointAt(0) ?? 0))
  }
  return keys
}
