import type { DoorOperation } from '../../http/openapi.ts'

const tag = 'ungleichotp'
const triple = { auth_name: 'root', auth_realm: 'ungleich-admin', auth_token: '123456' }
const tripleVariables = {
  auth_name: 'ungleichotpName',
  auth_realm: 'ungleichotpRealm',
  auth_token: 'ungleichotpCode',
}
const entry = '{"name", "realm", "seed", "id"}'
const refused = { '403': 'Wrong credentials, or not permitted' }

function operation(
  method: string,
  path: string,
  summary: string,
  request: object,
  answers: DoorOperation['answers'],
  variables: DoorOperation['variables'] = tripleVariables,
): DoorOperation {
  return {
    method,
    path: `/ungleichotp${path}`,
    tag,
    summary,
    request,
    caller: 'body',
    variables,
    answers: { ...answers, ...refused },
  }
}

/** The door's addresses, for the documentation; the caller's triple stands in the body of every method. */
export const ungleichotpOperations: readonly DoorOperation[] = [
  operation(
    'POST',
    '/verify/',
    'Verify a code, once',
    {
      name: 'root',
      realm: 'ungleich-admin',
      token: '123456',
      verifyname: 'nico',
      verifyrealm: 'ungleich',
      verifytoken: '654321',
    },
    { '200': '{"status": "OK"}', '400': 'Errors of fields' },
    {
      name: 'ungleichotpName',
      realm: 'ungleichotpRealm',
      token: 'ungleichotpCode',
      verifyname: 'entryName',
      verifyrealm: 'entryRealm',
      verifytoken: 'entryCode',
    },
  ),
  operation('GET', '/', 'Entries, filtered by name and realm', triple, { '200': `[${entry}]` }),
  operation(
    'POST',
    '/',
    'Make an entry',
    { ...triple, name: 'nico', realm: 'ungleich' },
    { '201': entry, '400': 'Errors of fields' },
  ),
  operation('GET', '/{id}/', 'An entry', triple, { '200': entry, '404': 'Not found' }),
  operation(
    'PUT',
    '/{id}/',
    'Give an entry another name and realm',
    { ...triple, name: 'nico', realm: 'ungleich' },
    { '200': entry, '400': 'Errors of fields', '404': 'Not found' },
  ),
  operation(
    'PATCH',
    '/{id}/',
    'Give an entry another name or realm',
    { ...triple, realm: 'ungleich' },
    { '200': entry, '400': 'Errors of fields', '404': 'Not found' },
  ),
  operation('DELETE', '/{id}/', 'Delete an entry', triple, {
    '204': 'Deleted',
    '404': 'Not found',
    '409': 'The last administrator',
  }),
]
