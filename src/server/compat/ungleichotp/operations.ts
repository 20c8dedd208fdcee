import type { DoorOperation } from '../../http/openapi.ts'

const tag = 'ungleichotp'
const caller = { auth_name: 'root', auth_realm: 'ungleich-admin', auth_token: '123456' }
const entry = '{"name", "realm", "seed", "id"}'
const refused = { '403': 'Wrong credentials, or not permitted' }

function operation(
  method: string,
  path: string,
  summary: string,
  request: object,
  answers: DoorOperation['answers'],
): DoorOperation {
  return { method, path: `/ungleichotp${path}`, tag, summary, request, answers: { ...answers, ...refused } }
}

/** The door's addresses, for the documentation; the caller's triple stands in the body of every method. */
export const ungleichotpOperations: readonly DoorOperation[] = [
  operation(
    'POST',
    '/verify/',
    'Verify a code, once',
    {
      name: 'dns',
      realm: 'ungleich-auth',
      token: '123456',
      verifyname: 'nico',
      verifyrealm: 'ungleich',
      verifytoken: '654321',
    },
    { '200': '{"status": "OK"}', '400': 'Errors of fields' },
  ),
  operation('GET', '/', 'Entries, filtered by name and realm', caller, { '200': `[${entry}]` }),
  operation(
    'POST',
    '/',
    'Make an entry',
    { ...caller, name: 'nico', realm: 'ungleich' },
    { '201': entry, '400': 'Errors of fields' },
  ),
  operation('GET', '/{id}/', 'An entry', caller, { '200': entry, '404': 'Not found' }),
  operation(
    'PUT',
    '/{id}/',
    'Give an entry another name and realm',
    { ...caller, name: 'nico', realm: 'ungleich' },
    { '200': entry, '400': 'Errors of fields', '404': 'Not found' },
  ),
  operation(
    'PATCH',
    '/{id}/',
    'Give an entry another name or realm',
    { ...caller, realm: 'ungleich' },
    { '200': entry, '400': 'Errors of fields', '404': 'Not found' },
  ),
  operation('DELETE', '/{id}/', 'Delete an entry', caller, {
    '204': 'Deleted',
    '404': 'Not found',
    '409': 'The last administrator',
  }),
]
