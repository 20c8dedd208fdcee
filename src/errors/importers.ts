/** Files of other authenticators that cannot be taken over. */
export const importFailures = {
} as const
