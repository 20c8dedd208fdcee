/** The gate and its rules. */
export const gateFailures = {
  gate_rules_unreadable: 'The rules file is not used: line {line}: {reason}.',
} as const
