/** The agent's store and commands. */
export const agentFailures = {
} as const
