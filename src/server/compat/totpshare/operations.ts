import type { DoorOperation } from '../../http/openapi.ts'

const tag = 'totpshare'
const changes = { '400': 'The CSRF token or a field is missing', '401': 'Not logged in', '403': 'Not an administrator' }

/** The door's addresses, for the documentation. */
export const totpshareOperations: readonly DoorOperation[] = [
  {
    method: 'GET',
    path: '/secret/{key}',
    tag,
    summary: 'The code of this moment and the seconds it lives',
    answers: { '200': '{"time_remaining": 8, "token": "968680"}', '401': 'Not logged in', '404': 'No such account' },
  },
  {
    method: 'GET',
    path: '/api/secrets',
    tag,
    summary: 'The accounts whose codes I may see',
    answers: { '200': '[{"display_name", "id", "key"}]', '401': 'Not logged in' },
  },
  {
    method: 'POST',
    path: '/api/secrets',
    tag,
    summary: 'Add an account; X-CSRFToken for cookies',
    request: { id: '123456789012', display_name: 'Production', key: 'the Base32 secret' },
    answers: { '200': '{"key": "hex.hex"}', '409': 'It is there already', ...changes },
  },
  {
    method: 'GET',
    path: '/api/secrets/{key}',
    tag,
    summary: 'The same as /secret/{key}',
    answers: { '200': '{"time_remaining": 8, "token": "968680"}', '401': 'Not logged in', '404': 'No such account' },
  },
  {
    method: 'POST',
    path: '/api/secrets/{key}',
    tag,
    summary: 'Delete an account from a form with csrf_token',
    answers: { '302': 'To /admin', '404': 'No such account', ...changes },
  },
  {
    method: 'DELETE',
    path: '/api/secrets/{key}',
    tag,
    summary: 'Delete an account; X-CSRFToken for cookies',
    answers: { '204': 'Deleted', '404': 'No such account', ...changes },
  },
  {
    method: 'POST',
    path: '/admin',
    tag,
    summary: 'Add an account from a form: csrf_token, id, display_name, secret',
    answers: { '302': 'To /', '409': 'It is there already', ...changes },
  },
]
