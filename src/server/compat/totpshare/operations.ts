import { Type } from 'typebox'
import type { DoorAnswer, DoorOperation } from '../../http/door-operation.ts'

const tag = 'totpshare'
const problem = { $ref: '#/components/schemas/Problem' }
const no = (description: string): DoorAnswer => ({ description, media: 'application/problem+json', schema: problem })
const page = (description: string): DoorAnswer => ({ description, media: 'text/html' })

const fields = {
  csrf_token: 'The CSRF token of the session',
  display_name: 'Name people know the account by',
  id: 'Name of the account at its service',
  key: 'The account, hex.hex; where one is added, its secret in Base32',
  secret: 'The secret in Base32, or an otpauth URI',
  time_remaining: 'Seconds the code lives',
  token: 'The code',
}
const code: DoorAnswer = {
  description: 'The code, and the seconds it lives',
  schema: Type.Object({ time_remaining: Type.Integer({ minimum: 1 }), token: Type.String() }),
}
const listed = Type.Object({ display_name: Type.String(), id: Type.String(), key: Type.String() })
const stranger = { '401': no('Not logged in') }
const missing = { '404': no('No such account') }
const refusal = no('The door is closed, the body too large, or the server not well')
/** Codes, by both their addresses. */
const codeAnswers = {
  '200': code,
  ...stranger,
  '403': no('Its code is for others, or for a login with more proof'),
  ...missing,
  '409': no('Somebody else holds its code for the moment'),
}
const changes = { ...stranger, '400': no('The CSRF token is missing'), '403': no('Not an administrator') }
/** Of forms, whose senders are people. */
const formChanges = {
  '400': page('The CSRF token or a field is missing, or wrong'),
  ...stranger,
  '403': page('Not an administrator'),
}

/** The door's addresses, for the documentation. */
export const totpshareOperations: readonly DoorOperation[] = [
  {
    method: 'GET',
    path: '/secret/{key}',
    tag,
    fields,
    summary: 'The code of this moment and the seconds it lives',
    answers: codeAnswers,
    refusal,
  },
  {
    method: 'GET',
    path: '/api/secrets',
    tag,
    fields,
    summary: 'The accounts whose codes I may see',
    answers: { '200': { description: 'The accounts', schema: Type.Array(listed) }, ...stranger },
    refusal,
  },
  {
    method: 'POST',
    path: '/api/secrets',
    tag,
    fields,
    summary: 'Add an account; X-CSRFToken for cookies',
    request: { id: '123456789012', display_name: 'Production', key: 'the Base32 secret' },
    answers: {
      '200': { description: 'Added', schema: Type.Object({ key: Type.String({ description: 'hex.hex' }) }) },
      ...changes,
      '400': no('The CSRF token or a field is missing, or wrong'),
      '409': no('It is there already'),
      '415': no('A body of another media type'),
    },
    refusal,
  },
  {
    method: 'GET',
    path: '/api/secrets/{key}',
    tag,
    fields,
    summary: 'The same as /secret/{key}',
    answers: codeAnswers,
    refusal,
  },
  {
    method: 'POST',
    path: '/api/secrets/{key}',
    tag,
    fields,
    summary: 'Delete an account from a form',
    request: { csrf_token: 'of the session' },
    requestMedia: 'application/x-www-form-urlencoded',
    answers: { '302': { description: 'To /admin', media: '' }, ...formChanges, '404': page('No such account') },
    refusal,
  },
  {
    method: 'DELETE',
    path: '/api/secrets/{key}',
    tag,
    fields,
    summary: 'Delete an account; X-CSRFToken for cookies',
    answers: { '204': { description: 'Deleted', media: '' }, ...changes, ...missing },
    refusal,
  },
  {
    method: 'POST',
    path: '/admin',
    tag,
    fields,
    summary: 'Add an account from a form',
    request: {
      csrf_token: 'of the session',
      id: '123456789012',
      display_name: 'Production',
      secret: 'the Base32 secret',
    },
    requestMedia: 'application/x-www-form-urlencoded',
    answers: {
      '302': { description: 'To /', media: '' },
      ...formChanges,
      '409': page('It is there already'),
      '415': no('A body of another media type'),
    },
    refusal,
  },
]
