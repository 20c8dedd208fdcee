import { openSync, writeSync } from 'node:fs'
import { ReadStream } from 'node:tty'
import { Failure } from '../errors/failure.ts'

/** What a question on the terminal looks like and what to say when nobody can answer it. */
export interface Question {
  /** The text shown before the cursor, such as `Secret: `. */
  readonly text: string
  /** What is asked for, named in the failure when there is no terminal. */
  readonly asks: string
  /** The sentence that says what to do without a terminal. */
  readonly instead: string
  /** Whether the typed characters are shown. */
  readonly echo?: boolean
}

const controlC = '\u0003'
const controlD = '\u0004'
const controlU = '\u0015'
const escape = '\u001b'
const backspace = new Set(['\u007f', '\b'])

/**
 * Asks one question on the controlling terminal, so that pipes on standard input and output keep working.
 *
 * @returns the typed line without its line break
 * @throws {@link Failure} `agent_terminal_missing` without a terminal, `agent_interrupted` on Ctrl-C or Ctrl-D
 */
export async function ask(question: Question): Promise<string> {
  const device = openTerminal(question)
  const input = new ReadStream(device)
  try {
    writeSync(device, question.text)
    return await readTyped(input, (shown) => question.echo === true && writeSync(device, shown))
  } finally {
    if (input.isRaw) input.setRawMode(false)
    writeSync(device, '\n')
    input.destroy()
  }
}

function openTerminal(question: Question): number {
  try {
    return openSync('/dev/tty', 'r+')
  } catch (cause) {
    throw new Failure('agent_terminal_missing', {
      detail: { question: question.asks, instead: question.instead },
      cause,
    })
  }
}

function readTyped(input: ReadStream, show: (text: string) => unknown): Promise<string> {
  const typed: string[] = []
  input.setRawMode(true)
  input.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    input.on('error', reject)
    input.on('data', (chunk: string) => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') return resolve(typed.join(''))
        // An arrow or another special key: what follows in this chunk belongs to it.
        if (character === escape) return
        if (character === controlC || (character === controlD && typed.length === 0)) {
          return reject(new Failure('agent_interrupted'))
        }
        if (backspace.has(character)) {
          if (typed.pop() !== undefined) show('\b \b')
        } else if (character === controlU) {
          show('\b \b'.repeat(typed.splice(0).length))
        } else if (character >= ' ') {
          typed.push(character)
          show(character)
        }
      }
    })
  })
}
