/** Configuration, files and the operation of a server. */
export const operationFailures = {
  config_invalid: 'The configuration has mistakes: {mistakes}',
} as const
