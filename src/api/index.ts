import * as accounts from './accounts.ts'
import * as awsMfa from './aws-mfa.ts'
import * as bulk from './bulk.ts'
import type { Endpoint } from './endpoint.ts'
import * as intake from './intake.ts'
import * as operation from './operation.ts'
import * as login from './login.ts'
import * as me from './me.ts'
import * as people from './people.ts'
import * as realms from './realms.ts'
import * as subjects from './subjects.ts'
import * as tokens from './tokens.ts'

export * from './accounts.ts'
export * from './aws-mfa.ts'
export * from './bulk.ts'
export * from './endpoint.ts'
export * from './intake.ts'
export * from './operation.ts'
export * from './login.ts'
export * from './me.ts'
export * from './people.ts'
export * from './realms.ts'
export type { Right } from './rights.ts'
export * from './subjects.ts'
export * from './tokens.ts'

/** Every endpoint of the native API: what `/openapi.json` and `/docs` list. */
export const endpoints: readonly Endpoint[] = [
  accounts,
  awsMfa,
  intake,
  login,
  me,
  operation,
  people,
  realms,
  subjects,
  bulk,
  tokens,
]
  .flatMap((room): unknown[] => Object.values(room))
  .filter(isEndpoint)

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'parts' in value && 'method' in value
}
