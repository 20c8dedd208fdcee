import type { RealmEntry } from '../../subjects/directory.ts'
import type { By } from '../../subjects/audited.ts'
import type { Source } from '../../subjects/source.ts'
import { namedSource } from '../../subjects/source.ts'
import type { Judged } from '../../subjects/verdict.ts'
import { readObject } from './body.ts'
import type { TinyMfaParts } from './parts.ts'
import { disabled, notFound, type Outcome, Refusal } from './refusal.ts'
import type { Users } from './users.ts'

/**
 * go-tiny-mfa counts wrong codes by user and step, whoever sends them: to the judge all callers of this door are one
 * source, so that the deny limit is one budget and a success ends the count of what was wrong before it.
 */
const everyCaller: Source = namedSource('tiny-mfa')
const validated: Outcome = { success: true, message: 'token successfully validated.' }

/** Validation: one code of one user, once. */
export class Validation {
  readonly #parts: TinyMfaParts
  readonly #users: Users

  constructor(parts: TinyMfaParts, users: Users) {
    this.#parts = parts
    this.#users = users
  }

  /** Judges the code in a body. */
  validate(by: By, realm: RealmEntry, user: string, body: unknown): Promise<Outcome> {
    const code = codeIn(body)
    if (code instanceof Refusal) return this.#refuseBody(realm, user, code)
    const request = { realm: realm.name, subject: user, code, purpose: 'verify', source: everyCaller } as const
    return this.#parts.subjects.judge({ ...request, ...by }).then(outcomeOf)
  }

  // The user is looked up before the body is: an unknown one is told first.
  async #refuseBody(realm: RealmEntry, user: string, refusal: Refusal): Promise<never> {
    await this.#users.row(realm, user)
    throw refusal
  }
}

function codeIn(body: unknown): string | Refusal {
  try {
    const token = readObject(body)['token']
    if (token === undefined || token === '') return new Refusal(400, 'no token provided')
    if (typeof token !== 'string') return new Refusal(400, 'supplied value for token is not a string')
    return /^[0-9]+$/.test(token) ? token : new Refusal(400, 'no valid token provided')
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function outcomeOf(judged: Judged): Outcome {
  if (judged.accepted) return validated
  switch (judged.reason) {
    case 'unknown':
      throw notFound()
    case 'disabled':
      throw disabled()
    case 'locked':
      throw new Refusal(401, 'too many authentication attempts. Please wait 30 seconds')
    default:
      throw new Refusal(401, 'token was NOT validated.')
  }
}
