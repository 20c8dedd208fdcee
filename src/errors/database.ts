/** Databases that cannot be opened, or are not ours. */
export const databaseFailures = {
} as const
