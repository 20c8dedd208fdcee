/** What the server says to programs, as a visitor of the console needs to hear it. */
export const problems = {
  'problem.bad_request': 'A value is missing or outside its bounds. Correct it.',
  'problem.account_duplicate':
    'This secret is stored already. Look for it in the list before you store it a second time.',
  'problem.candidate_content_missing': 'There is nothing in it to read. Choose a file that is not empty.',
  'problem.scope_unknown':
    'One of these rights is not known. Choose from the list, or write a word, a colon and a name, such as verify:shop.',
  'problem.account_secret_missing': 'The account has no secret. Type it, or paste the link.',
  'problem.login_needed': 'Log in first.',
  'problem.account_demand_unused':
    'What the login at the provider must meet counts only with a proof at the provider. Choose both or neither.',
  'problem.reveal_key_missing': 'This account counts: each code is asked for by itself. Try again.',
} as const
