/** Keys that are missing or wrong, and sealed things that do not open. */
export const cryptoFailures = {
} as const
