/** Accounts, grants and reveals. */
export const vaultFailures = {
} as const
