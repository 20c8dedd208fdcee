/** Who may do what. */
export const accessFailures = {
  login_needed: 'Log in first, or send a token.',
  forbidden: 'You may not do this. Ask an administrator.',
} as const
