import { createContext, type CliContext } from '../../../src/cli/context.ts'
import type { Question } from '../../../src/cli/terminal.ts'

/** A context whose terminal is a list of answers, for commands that run within the test. */
export interface FakeTerminal {
  readonly context: CliContext
  readonly questions: Question[]
  readonly printed: string[]
  readonly said: string[]
}

/**
 * Makes one.
 *
 * @param answers - what the person types, one line per question
 */
export function fakeTerminal(
  env: Readonly<Record<string, string | undefined>>,
  answers: readonly string[],
  now: () => number = () => Date.now(),
): FakeTerminal {
  const left = [...answers]
  const terminal = { questions: [] as Question[], printed: [] as string[], said: [] as string[] }
  const context: CliContext = {
    ...createContext(process),
    env,
    now,
    canAsk: () => true,
    print: (line) => void terminal.printed.push(line),
    printJson: (value) => void terminal.printed.push(JSON.stringify(value)),
    say: (line) => void terminal.said.push(line),
    ask: (question) => {
      terminal.questions.push(question)
      return Promise.resolve(left.shift() ?? '')
    },
  }
  return { context, ...terminal }
}
