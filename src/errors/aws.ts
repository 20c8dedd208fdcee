/** Okta and AWS. */
export const awsFailures = {
} as const
