/** The gate and its rules. */
export const gateFailures = {
  gate_rules_unreadable: 'The rules file is not used: line {line}: {reason}.',
  gate_url_unreadable: 'This is no address the gate can judge. Give a whole one, such as https://app.example.com/path.',
  gate_unreachable: '{origin} does not answer.',
} as const
