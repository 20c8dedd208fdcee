/** Requests we cannot answer. */
export const httpFailures = {
  bad_request: 'The request is not valid: {reason}.',
  request_head_too_large: 'The header of the request is too large. Send fewer or shorter fields.',
  expectation_unknown: 'The request expects something this server does not know. Send it without the Expect header.',
  request_too_slow: 'The request did not come in time. Send it again.',
  json_unreadable: 'The body is not valid JSON.',
  not_found: 'There is nothing at this address.',
  method_not_allowed: 'This address does not take that method.',
  body_too_large: 'The request body is too large.',
  media_type_unsupported: 'Send the body as application/json.',
  internal_error: 'Something went wrong on our side. The log of the server says what.',
  server_stopping: 'The server is stopping. Try again.',
} as const
