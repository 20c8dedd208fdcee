import type { Core } from '../audit/core.ts'
import type { Notices } from '../access/notices/notices.ts'
import type { GranteeGuesses } from './grantee-guesses.ts'
import type { SecretKeeper } from './sealed-secret.ts'

/** What the vault may be told from outside; every value is asked for when it is needed, so that settings can change. */
export interface VaultOptions {
  /** How long a deletion or a replaced secret can be taken back; a week unless said otherwise. */
  readonly undoMs?: () => number | Promise<number>
  /** Where reveals of marked accounts and due rotations are told. */
  readonly notices?: Pick<Notices, 'post'>
  /** Addresses that replace AWS's own; only whoever runs the server can name them. */
  readonly aws?: { readonly iamUrl?: string | null; readonly stsUrl?: string | null }
  /** Waits; replaced in tests. Rejects when the signal fires. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What every file of the vault works with. */
export interface VaultRoom {
  readonly core: Core
  readonly secrets: SecretKeeper
  readonly options: VaultOptions
  readonly granteeGuesses: GranteeGuesses
}

const weekMs = 7 * 24 * 60 * 60_000

/** How long a replaced secret or a deleted account can be brought back, in milliseconds; a week unless set. */
export async function undoMsOf({ options }: VaultRoom): Promise<number> {
  return (await options.undoMs?.()) ?? weekMs
}

/** The kind under which changes of accounts are told to all servers. */
export const accountChange = 'account'
