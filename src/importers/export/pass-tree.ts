import type { OtpAccount } from '../../otp/account.ts'
import { formatOtpauthUri } from '../../otp/otpauth-uri.ts'

/**
 * A pass store: path below its folder → what to encrypt there, one account a file.
 *
 * Issuer and name become the path; what a file name must not hold becomes `_`, and equal paths are numbered.
 */
export function formatPassTree(accounts: readonly OtpAccount[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  // Some file systems fold letter case.
  const taken = new Set<string>()
  for (const account of accounts) {
    const parts = [account.issuer, account.name || 'unnamed'].filter((part) => part !== '')
    const path = freePath(parts.map(fileName).join('/'), taken)
    taken.add(path.toLowerCase())
    files.set(path, `${formatOtpauthUri(account)}\n`)
  }
  return files
}

function freePath(path: string, taken: ReadonlySet<string>): string {
  let candidate = `${path}.gpg`
  for (let number = 2; taken.has(candidate.toLowerCase()); number++) candidate = `${path} ${number}.gpg`
  return candidate
}

/** No separators, control characters, leading dots or dashes, and no longer than file systems allow. */
function fileName(text: string): string {
  const safe = text
    .replace(/[/\\:*?"<>|\p{Cc}]/gu, '_')
    .replace(/^[.-]+/, '_')
    .trim()
  return [...safe].slice(0, 60).join('') || '_'
}
