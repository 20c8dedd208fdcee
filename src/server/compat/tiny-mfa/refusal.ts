import { isFailure } from '../../../errors/failure.ts'

/** A refusal in go-tiny-mfa's words: its clients compare the text. */
export class Refusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.name = 'Refusal'
    this.status = status
  }
}

/** What go-tiny-mfa answers to everything but data. */
export interface Outcome {
  readonly success: boolean
  readonly message: string
}

export const notFound = () => new Refusal(404, 'issuer not found in db')
export const notSafe = () => new Refusal(400, 'object not safe')
export const unreadable = () => new Refusal(400, 'the request body is not a JSON object')
export const wrongToken = () => new Refusal(401, 'wrong access token provided')
export const noToken = () => new Refusal(401, 'no access token provided in request')
export const tooManyTokens = () => new Refusal(503, 'too many access tokens are being checked; try again in a minute')
export const disabled = () => new Refusal(403, 'issuer or user is disabled')

const failures: Readonly<Record<string, readonly [number, string]>> = {
  subject_name_taken: [400, 'a user of this name exists already'],
  subject_not_found: [404, 'issuer not found in db'],
  realm_not_found: [404, 'issuer not found in db'],
  // Of a user made through another door, which enrols later or shows no secret twice.
  enrolment_not_shown: [403, 'there is no secret of this user that may be shown'],
  verification_busy: [503, 'the user is being validated elsewhere for too long'],
  database_away: [503, 'the database does not answer'],
  database_busy: [503, 'the database is busy'],
  server_stopping: [503, 'the server is stopping'],
  body_too_large: [413, 'the request body is too large'],
  // What the server refuses before it looks at this door's own header.
  token_refused: [401, 'wrong access token provided'],
  csrf_refused: [403, 'the page that asks is none of this server'],
  bad_request: [400, 'the request cannot be read'],
}

/** Anything thrown as a refusal; what is a fault of ours says nothing of itself. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown
  const [status, message] = isFailure(thrown) ? (failures[thrown.code] ?? faulty) : statusOf(thrown)
  return new Refusal(status, message)
}

const faulty = [500, 'internal error'] as const

// Fastify's own errors carry a status; their texts may echo input (T54).
function statusOf(thrown: unknown): readonly [number, string] {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return faulty
  if (thrown.statusCode === 413) return [413, 'the request body is too large']
  return typeof thrown.statusCode === 'number' && thrown.statusCode < 500 ? [400, 'the request cannot be read'] : faulty
}
