import { isFailure } from '../../../errors/failure.ts'

/** A refusal in the words of Django REST framework: a status and a JSON body. */
export class Refusal extends Error {
  readonly status: number
  readonly body: object

  constructor(status: number, body: object) {
    super(`refused with ${status}`)
    this.name = 'Refusal'
    this.status = status
    this.body = body
  }
}

const detail = (status: number, text: string) => new Refusal(status, { detail: text })

export const wrongCredentials = () => detail(403, 'Incorrect authentication credentials.')
export const notPermitted = () => detail(403, 'You do not have permission to perform this action.')
export const notFound = () => detail(404, 'Not found.')
export const wrongMethod = (method: string) => detail(405, `Method "${method}" not allowed.`)
export const unsupported = (media: string) => detail(415, `Unsupported media type "${media}" in request.`)
export const brokenJson = () => detail(400, 'JSON parse error - Expecting value: line 1 column 1 (char 0)')
export const brokenForm = () => detail(400, 'Multipart form parse error')
export const notUnique = () =>
  new Refusal(400, { non_field_errors: ['The fields name, realm must make a unique set.'] })
export const lastAdmin = () => detail(409, 'The last entry of ungleich-admin cannot be removed.')
/** Errors of fields: one list of sentences for each. */
export const wrongFields = (errors: Readonly<Record<string, readonly string[]>>) => new Refusal(400, errors)

const tooLarge = detail(413, 'The request body is too large.')

const failures: Readonly<Record<string, Refusal>> = {
  body_too_large: tooLarge,
  verification_busy: detail(503, 'The entry is being verified elsewhere for too long.'),
  database_away: detail(503, 'The database does not answer.'),
  database_busy: detail(503, 'The database is busy.'),
  subject_name_taken: notUnique(),
  subject_not_found: notFound(),
  // What the server refuses before it looks at the caller's triple.
  token_refused: wrongCredentials(),
  csrf_refused: notPermitted(),
  bad_request: detail(400, 'The request cannot be read.'),
}

/** Anything thrown as a refusal; what is a fault of ours says nothing of itself. */
export function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown
  const known = isFailure(thrown) ? failures[thrown.code] : undefined
  if (known !== undefined) return known
  if (statusOf(thrown) === 413) return tooLarge
  return statusOf(thrown) < 500 ? detail(400, 'The request cannot be read.') : detail(500, 'Internal error.')
}

function statusOf(thrown: unknown): number {
  const isObject = typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown
  return isObject && typeof thrown.statusCode === 'number' ? thrown.statusCode : 500
}
