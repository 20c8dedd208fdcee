/** What the client library can meet. */
export const clientFailures = {
  client_refused: '{title}',
  client_server_unreachable: 'The server {origin} cannot be reached. Check its address and that it runs.',
  client_timed_out: 'The server {origin} did not answer within {timeoutMs} ms. Try again, or allow more time.',
  client_cancelled: 'The request was cancelled.',
  client_answer_unreadable: 'What {origin} answered is not from Watchword. Check the address and the proxy before it.',
  client_parameter_missing: 'The address {path} needs the parameter {name}.',
} as const
