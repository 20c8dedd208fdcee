import { Type } from 'typebox'
import type { DoorAnswer, DoorOperation } from '../../http/door-operation.ts'
import * as wire from './wire.ts'

const tag = 'ungleichotp'
const triple = { auth_name: 'root', auth_realm: 'ungleich-admin', auth_token: '123456' }
const tripleVariables = {
  auth_name: 'ungleichotpName',
  auth_realm: 'ungleichotpRealm',
  auth_token: 'ungleichotpCode',
}
const fields = {
  auth_name: 'Name of whoever asks',
  auth_realm: 'Realm of whoever asks',
  auth_token: 'Code of whoever asks; it can be used again while it lives',
  detail: 'What is wrong, in a sentence',
  id: 'Id of the entry',
  name: 'Name of the entry; of whoever asks, where there is no auth_name',
  realm: 'Realm of the entry; of whoever asks, where there is no auth_name',
  seed: 'The secret in Base32',
  status: 'OK',
  token: 'Code of whoever asks; it can be used again while it lives',
  verifyname: 'Name of the entry to verify',
  verifyrealm: 'Realm of the entry to verify',
  verifytoken: 'Code of the entry to verify; accepted once',
}
const no = (description: string): DoorAnswer => ({ description, schema: wire.detail })
const entry: DoorAnswer = { description: 'The entry', schema: wire.entry }
const wrong = { '400': { description: 'What is wrong, by field', schema: wire.errors } }
const missing = { '404': no('Not found') }
const lastAdmin = { '409': no('The last entry of ungleich-admin') }
/** Asked before anything else, of every method. */
const unread = {
  '400': no('A body that cannot be read'),
  '403': no('Wrong credentials, or not permitted'),
  '415': no('A body of another media type'),
}

function operation(
  method: string,
  path: string,
  summary: string,
  request: object,
  answers: DoorOperation['answers'],
  { variables = tripleVariables, query = {} }: Pick<DoorOperation, 'variables' | 'query'> = {},
): DoorOperation {
  return {
    method,
    path: `/ungleichotp${path}`,
    tag,
    summary,
    request,
    caller: 'body',
    variables,
    query,
    fields,
    answers: { ...unread, ...answers },
    refusal: no('The door is closed, the body too large, or the server not well'),
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
    { '200': { description: 'Verified', schema: wire.verified }, ...wrong },
    {
      variables: {
        name: 'ungleichotpName',
        realm: 'ungleichotpRealm',
        token: 'ungleichotpCode',
        verifyname: 'entryName',
        verifyrealm: 'entryRealm',
        verifytoken: 'entryCode',
      },
    },
  ),
  operation(
    'GET',
    '/',
    'Entries, filtered by name and realm',
    triple,
    { '200': { description: 'The entries', schema: Type.Array(wire.entry) } },
    { query: { name: 'Only entries of this name', realm: 'Only entries of this realm' } },
  ),
  operation('POST', '/', 'Make an entry', { ...triple, name: 'nico', realm: 'ungleich' }, { '201': entry, ...wrong }),
  operation('GET', '/{id}/', 'An entry', triple, { '200': entry, ...missing }),
  operation(
    'PUT',
    '/{id}/',
    'Give an entry another name and realm',
    { ...triple, name: 'nico', realm: 'ungleich' },
    { '200': entry, ...wrong, ...missing, ...lastAdmin },
  ),
  operation(
    'PATCH',
    '/{id}/',
    'Give an entry another name or realm',
    { ...triple, realm: 'ungleich' },
    { '200': entry, ...wrong, ...missing, ...lastAdmin },
  ),
  operation('DELETE', '/{id}/', 'Delete an entry', triple, {
    '204': { description: 'Deleted', media: '' },
    ...missing,
    ...lastAdmin,
  }),
]
