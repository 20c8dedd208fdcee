import type { FailureDetail } from '../../errors/failure.ts'
import { type Remark, remark, type RemarkCode } from '../../errors/remarks.ts'

/** One thing `doctor` and the console's health page looked at. */
export interface Finding extends Remark {
  readonly level: 'ok' | 'warning' | 'error'
  readonly check: string
}

/** A finding in the words of the catalogue. */
export function finding(level: Finding['level'], check: string, code: RemarkCode, values: FailureDetail = {}): Finding {
  return { level, check, ...remark(code, values) }
}
