/** The audit chain. */
export const auditFailures = {
} as const
