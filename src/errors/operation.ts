/** Configuration, files and the operation of a server. */
export const operationFailures = {
  config_invalid: 'The configuration has mistakes: {mistakes}',
  port_in_use: 'Port {port} is taken by another program. Choose another with --port, or stop that program.',
  address_unusable: 'This machine cannot listen on {host} port {port}. Choose another address with --host or --port.',
  token_file_missing: 'Name the file with the token: --token-file FILE, or WATCHWORD_TOKEN_FILE.',
  file_unreadable: 'The file {file} cannot be read.',
} as const
