import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'

/**
 * Asks for a yes before something that cannot be taken back or that shows a secret.
 *
 * @param yes - whether the command line already said so
 * @throws {@link Failure} `agent_interrupted` on any other answer, `agent_terminal_missing` where nobody can answer
 */
export async function confirm(context: CliContext, question: string, yes: boolean): Promise<void> {
  if (yes) return
  const instead = 'Give --yes if you mean it.'
  const answer = await context.ask({ text: `${question} [y/N] `, asks: 'a confirmation', instead, echo: true })
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('agent_interrupted')
}
