/** Who may do what. */
export const accessFailures = {
} as const
