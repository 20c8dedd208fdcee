import type { Problem } from '../api/endpoint.ts'
import { Failure } from '../errors/failure.ts'

/**
 * The server understood and said no.
 *
 * `message` is the server's own sentence; `serverCode` is the stable name to match on, such as
 * `account_lease_held`; `retryAfterMs` says when asking again makes sense, null when it does not.
 */
export class Refusal extends Failure {
  readonly status: number
  readonly serverCode: string
  readonly retryAfterMs: number | null
  readonly problem: Problem

  constructor(problem: Problem) {
    super('client_refused', { detail: { title: problem.title, status: problem.status } })
    this.name = 'Refusal'
    this.status = problem.status
    this.serverCode = problem.code
    this.retryAfterMs = problem.retryAfterMs ?? null
    this.problem = problem
  }
}

/** Whether something thrown is the server's refusal, of one given code where a code is named. */
export function isRefusal(thrown: unknown, serverCode?: string): thrown is Refusal {
  return thrown instanceof Refusal && (serverCode === undefined || thrown.serverCode === serverCode)
}
