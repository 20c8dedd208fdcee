/** What the client library can meet. */
export const clientFailures = {
} as const
