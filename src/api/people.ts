import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, orNull, pageOf, pageQuery, Ref, TimeMs } from './endpoint.ts'

export const Role = oneOf(['administrator', 'auditor', 'member'])

export const Person = Type.Object({
  id: Type.String(),
  username: Type.String(),
  displayName: Type.String(),
  email: Type.String(),
  source: oneOf(['local', 'oidc']),
  role: Role,
  enabled: Type.Boolean(),
  groups: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  hasCode: Type.Boolean(),
  passkeyCount: Type.Integer(),
  locked: Type.Boolean({ description: 'Wrong codes or passphrases make some of their logins wait; a lift ends it' }),
  lastSeenAtMs: orNull(TimeMs),
  createdAtMs: TimeMs,
})
export type Person = Static<typeof Person>

export const Group = Type.Object({
  id: Type.String(),
  name: Type.String(),
  source: oneOf(['local', 'oidc', 'built-in']),
  role: orNull(Role),
  mayAddAccounts: Type.Boolean(),
  memberCount: Type.Integer(),
  createdAtMs: TimeMs,
})
export type Group = Static<typeof Group>

const administrators = { tag: 'People', right: 'administrator' } as const
const person = Type.Object({ person: Ref })
const group = Type.Object({ group: Ref })

export const listPeople = endpoint(
  'listPeople',
  { method: 'GET', path: '/v1/people', summary: 'List people', ...administrators, right: 'auditor' },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Person) },
)
export const createPerson = endpoint(
  'createPerson',
  {
    method: 'POST',
    path: '/v1/people',
    summary: 'Invite a local person; answers a one-time setup link',
    status: 201,
    ...administrators,
  },
  {
    body: exactly({
      username: Type.String({ minLength: 1, maxLength: 128 }),
      displayName: Type.Optional(Type.String({ maxLength: 255 })),
      email: Type.Optional(Type.String({ maxLength: 255 })),
      role: Type.Optional(Role),
    }),
    answer: Type.Object({ person: Person, setupUrl: Type.String(), expiresAtMs: TimeMs }),
  },
)
export const readPerson = endpoint(
  'readPerson',
  { method: 'GET', path: '/v1/people/{person}', summary: 'Read a person', ...administrators, right: 'auditor' },
  { params: person, answer: Person },
)
export const updatePerson = endpoint(
  'updatePerson',
  { method: 'PATCH', path: '/v1/people/{person}', summary: 'Change a person', ...administrators },
  {
    params: person,
    body: exactly({
      displayName: Type.Optional(Type.String({ maxLength: 255 })),
      email: Type.Optional(Type.String({ maxLength: 255 })),
      role: Type.Optional(Role),
      enabled: Type.Optional(Type.Boolean()),
    }),
    answer: Person,
  },
)
export const deletePerson = endpoint(
  'deletePerson',
  {
    method: 'DELETE',
    path: '/v1/people/{person}',
    summary: 'Delete a person; what the audit says of them stays',
    ...administrators,
  },
  { params: person },
)
export const resetPerson = endpoint(
  'resetPerson',
  {
    method: 'POST',
    path: '/v1/people/{person}/reset',
    summary: 'A new setup link for whoever lost everything',
    ...administrators,
  },
  { params: person, answer: Type.Object({ setupUrl: Type.String(), expiresAtMs: TimeMs }) },
)
export const liftPerson = endpoint(
  'liftPerson',
  { method: 'POST', path: '/v1/people/{person}/lift', summary: "Lift a person's lock", ...administrators },
  { params: person },
)

export const listGroups = endpoint(
  'listGroups',
  {
    method: 'GET',
    path: '/v1/groups',
    summary: 'List groups',
    ...administrators,
    right: 'groupReader',
  },
  { query: exactly({ ...pageQuery, search: Type.Optional(Type.String({ maxLength: 255 })) }), answer: pageOf(Group) },
)
export const createGroup = endpoint(
  'createGroup',
  { method: 'POST', path: '/v1/groups', summary: 'Create a group', status: 201, ...administrators },
  {
    body: exactly({
      name: Type.String({ minLength: 1, maxLength: 128 }),
      role: Type.Optional(orNull(Role)),
      mayAddAccounts: Type.Optional(Type.Boolean()),
    }),
    answer: Group,
  },
)
export const updateGroup = endpoint(
  'updateGroup',
  { method: 'PATCH', path: '/v1/groups/{group}', summary: 'Change a group', ...administrators },
  {
    params: group,
    body: exactly({
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      role: Type.Optional(orNull(Role)),
      mayAddAccounts: Type.Optional(Type.Boolean()),
    }),
    answer: Group,
  },
)
export const deleteGroup = endpoint(
  'deleteGroup',
  { method: 'DELETE', path: '/v1/groups/{group}', summary: 'Delete a group', ...administrators },
  { params: group },
)
export const listMembers = endpoint(
  'listMembers',
  {
    method: 'GET',
    path: '/v1/groups/{group}/members',
    summary: 'Who is in a group',
    ...administrators,
    right: 'auditor',
  },
  { params: group, query: exactly({ ...pageQuery }), answer: pageOf(Person) },
)
export const addMember = endpoint(
  'addMember',
  { method: 'PUT', path: '/v1/groups/{group}/members/{person}', summary: 'Add a person to a group', ...administrators },
  { params: Type.Object({ group: Ref, person: Ref }) },
)
export const removeMember = endpoint(
  'removeMember',
  {
    method: 'DELETE',
    path: '/v1/groups/{group}/members/{person}',
    summary: 'Take a person out of a group',
    ...administrators,
  },
  { params: Type.Object({ group: Ref, person: Ref }) },
)
