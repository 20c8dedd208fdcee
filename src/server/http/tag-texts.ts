/** What stands under each heading of the documentation. */
export const tagTexts: Readonly<Record<string, string>> = {
  Accounts: 'The vault: accounts of third parties, their codes, and who may be shown them',
  Login: 'Logging in to the console, and signing in a command',
  Me: 'Whoever asks: their passphrase, code, passkeys and choices',
  Settings: 'What administrators set for the whole server',
  Audit: 'What happened, and the proof that nothing was changed since',
  Notices: 'Webhooks, and what leaves by mail and webhook',
  Operation: 'How the server is, and its keys',
  People: 'Who may log in, and their groups',
  Subjects: 'Users and services whose codes are verified',
  Realms: 'Namespaces of subjects with one policy each',
  Tokens: 'What opens the API to programs',
  Sessions: 'Where people are logged in',
  'tiny-mfa': 'The door of go-tiny-mfa, in its own words and shapes',
  ungleichotp:
    'The door of ungleichotp; callers prove themselves in the body of every request, GET and DELETE included',
  totpshare: 'The addresses of totpshare, over the vault',
}
