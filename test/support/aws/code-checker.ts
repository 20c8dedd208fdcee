import { decodeBase32 } from '../../../src/otp/base32.ts'
import { stepAt, totp } from '../../../src/otp/totp.ts'

/** What a checker says of a code. */
export type CodeFinding = 'right' | 'replayed' | 'wrong'

/** Checks the codes of one secret as Okta and AWS do: one step either side, each step once. */
export class CodeChecker {
  readonly #secret: Uint8Array
  readonly #periodSeconds: number
  #highestStep = -1

  constructor(secretBase32: string, periodSeconds = 30) {
    this.#secret = decodeBase32(secretBase32)
    this.#periodSeconds = periodSeconds
  }

  /** The step of the last code that was right. */
  get lastStep(): number {
    return this.#highestStep
  }

  check(code: string, nowMs: number): CodeFinding {
    const now = stepAt(nowMs, this.#periodSeconds)
    const step = [now, now - 1, now + 1].find((candidate) => this.#codeOf(candidate) === code)
    if (step === undefined) return 'wrong'
    if (step <= this.#highestStep) return 'replayed'
    this.#highestStep = step
    return 'right'
  }

  /** Whether two codes belong to two steps in a row, both near now and unused. */
  checkTwo(first: string, second: string, nowMs: number): boolean {
    const now = stepAt(nowMs, this.#periodSeconds)
    const step = [now, now + 1].find((later) => this.#codeOf(later - 1) === first && this.#codeOf(later) === second)
    if (step === undefined || step - 1 <= this.#highestStep) return false
    this.#highestStep = step
    return true
  }

  #codeOf(step: number): string {
    const periodSeconds = this.#periodSeconds
    return totp(this.#secret, step * periodSeconds * 1000, { periodSeconds })
  }
}
