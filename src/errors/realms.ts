/** Realms, subjects and enrolment. */
export const realmFailures = {
} as const
