/** What the client library can meet. */
export const clientFailures = {
  client_refused: '{title}',
  client_server_unreachable: 'The server {origin} cannot be reached. Check its address and that it runs.',
  client_timed_out: 'The server {origin} did not answer within {timeoutMs} ms. Try again, or allow more time.',
  client_address_unusable:
    'The address of the server is none. It begins with https:// or http://, such as https://codes.example.com/ungleichotp/verify/.',
  client_cancelled: 'The request was cancelled.',
  client_answer_cut: 'The connection to {origin} broke before its answer was whole. Ask again.',
  client_answer_unreadable: 'What {origin} answered is not from Watchword. Check the address and the proxy before it.',
  client_parameter_missing: 'The address {path} needs the parameter {name}.',
  client_parameter_dots: 'There is no {name} named {value}: no address can hold that name. Check it.',
  client_door_refused: 'HTTP Error {status}: {statusText}. {reason}',
  client_caller_refused:
    'The door does not accept the proof of {name}, who asks. Check its name, realm, seed and clock.',
  client_proof_missing: 'Give the seed to make codes from, or one code.',
  client_service_unproven: 'No service proved itself with this request. Put the middleware before this route.',
  client_environment_missing: 'Required environment variable missing: {name}',
  client_entry_not_found: 'There is no entry {name} in the realm {realm}.',
  client_token_or_seed: 'Give exactly one of --token and --seed.',
} as const
