import { catalogue, type FailureCode } from './catalogue.ts'

/** Values that fill the placeholders of a catalogue sentence. Never a secret, a code or a token. */
export type FailureDetail = Readonly<Record<string, string | number>>

/** What else a failure may carry besides its code. */
export interface FailureOptions {
  readonly detail?: FailureDetail
  readonly cause?: unknown
}

/**
 * The one class every misuse and breakage is thrown as.
 *
 * Its message is the catalogue's sentence for `code` with `{name}` placeholders filled from
 * `detail`; callers match on `code`, people read the message.
 */
export class Failure extends Error {
  readonly code: FailureCode
  readonly detail: FailureDetail

  constructor(code: FailureCode, options: FailureOptions = {}) {
    super(sentence(code, options.detail ?? {}), options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.detail = options.detail ?? {}
  }
}

/** Whether an unknown thrown value is our failure, of one given code where a code is named. */
export function isFailure(thrown: unknown, code?: FailureCode): thrown is Failure {
  return thrown instanceof Failure && (code === undefined || thrown.code === code)
}

function sentence(code: FailureCode, detail: FailureDetail): string {
  return catalogue[code].replace(/\{(\w+)\}/g, (whole, name: string) => String(detail[name] ?? whole))
}
