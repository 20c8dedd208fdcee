/**
 * Who may call an endpoint, beside the words the documentation says it in. `test/server/access/matrix.test.ts` asks
 * every kind of caller at every endpoint and expects what stands here.
 */
export const rightTexts = {
  anyone: 'Anyone',
  linkHolder: 'Whoever holds the link',
  known: 'Whoever is logged in, and every token; each sees what they have a right to',
  person: 'The person',
  owner: 'Whose it is; administrators',
  tokenMaker: 'The person, never beyond their own rights; administrators make service tokens',
  administrator: 'Administrators; tokens with admin',
  auditor: 'Administrators, auditors; tokens with admin or audit',
  groupReader: 'Administrators, auditors; whoever manages an account sees names',
  realmReader: 'Administrators, auditors; tokens with verify:REALM, explain:REALM or enrol:REALM',
  enroller: 'Administrators; tokens with enrol:REALM',
  verifier: 'Administrators; tokens with verify:REALM; explain:REALM and administrators hear the reason',
  adder: 'Administrators and groups with the right to add',
  viewer: 'Whoever has a grant; administrators; tokens with reveal:ACCOUNT or manage:ACCOUNT',
  favouriter: 'People with a grant; administrators',
  revealer: 'Grant reveal; tokens with reveal:ACCOUNT',
  manager: 'Grant manage; administrators; tokens with manage:ACCOUNT',
  registrar: 'Grants manage and reveal; who manages it and stored its present secret',
} as const

export type Right = keyof typeof rightTexts
