/** The gate and its rules. */
export const gateFailures = {
} as const
