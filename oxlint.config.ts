import { defineConfig } from 'oxlint'

/**
 * Which folder may import which (ARCHITECTURE.md has the same table in words). A folder may also import
 * whatever its imports may. The console has a rule of its own below.
 */
const mayImport: Record<string, readonly string[]> = {
  errors: [],
  otp: ['errors'],
  api: ['errors'],
  crypto: ['errors'],
  qr: ['errors'],
  importers: ['errors', 'otp', 'crypto', 'qr'],
  client: ['errors', 'api', 'otp'],
  aws: ['errors', 'otp'],
  'server/http': ['errors', 'api'],
  'server/database': ['errors'],
  'server/audit': ['errors', 'api', 'crypto', 'server/http', 'server/database'],
  'server/keys': ['server/audit'],
  'server/subjects': ['server/audit', 'otp'],
  'server/access': ['server/subjects', 'qr'],
  'server/realms': ['server/access', 'importers', 'qr'],
  'server/vault': ['server/access', 'importers', 'qr', 'aws'],
  'server/gate': ['server/access'],
  'server/compat': ['server/access', 'server/realms', 'server/vault', 'server/gate'],
  server: ['server/compat', 'server/keys'],
  'cli/agent': ['otp', 'crypto', 'qr', 'importers', 'client'],
  'cli/aws': ['cli/agent', 'aws'],
  'cli/service': ['client'],
  'cli/admin': ['server', 'client'],
  cli: ['cli/agent', 'cli/aws', 'cli/admin', 'cli/service', 'server'],
}

// Nested rooms first: a file belongs to the first element that matches.
const rooms = Object.keys(mayImport).toSorted((one, other) => other.split('/').length - one.split('/').length)
const elements = rooms.map((name) => ({ type: name, pattern: `src/${name}` }))
/** What every command shares; it stands beside them in src/cli and needs none of them. */
const frame = {
  type: 'cli',
  fileInternalPath:
    '{context,counted,terminal,exit-codes,output-stream,progress,system-error,told-failure,user,server-options}.ts',
}

function reach(name: string, seen = new Set<string>([name])): string[] {
  for (const next of mayImport[name] ?? []) {
    if (seen.has(next)) continue
    seen.add(next)
    reach(next, seen)
  }
  return [...seen]
}

const policies = Object.keys(mayImport).map((name) => ({
  from: { element: { type: name } },
  allow: [{ to: { element: { type: reach(name) } } }, ...(name.startsWith('cli') ? [{ to: { element: frame } }] : [])],
}))

const environment = {
  object: 'process',
  property: 'env',
  message: 'Only src/server/config.ts and src/cli read the environment.',
}
/** The words a query begins with: each room says them in its stores alone. */
const queries = ['selectFrom', 'insertInto', 'updateTable', 'deleteFrom'].map((property) => ({
  property,
  message: 'SQL stands in store.ts, or in a *-store.ts beside it.',
}))
/** A type of a row or request is erased; what runs is not. */
const restricted = (names: readonly string[], message: string) =>
  names.map((name) => ({ name, allowTypeImports: true, message }))

const drivers = restricted(
  ['kysely', 'pg', 'node:sqlite'],
  'Database drivers and the query builder live in src/server/database.',
)

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'vitest', 'react', 'jsx-a11y'],
  jsPlugins: ['eslint-plugin-boundaries'],
  categories: { correctness: 'error' },
  ignorePatterns: ['dist/**', 'node_modules/**'],
  settings: {
    'boundaries/include': ['src/**/*'],
    'boundaries/elements': elements,
  },
  rules: {
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-explicit-any': 'error',
    'import/no-default-export': 'error',
    'import/no-cycle': 'error',
    'boundaries/dependencies': ['error', { default: 'disallow', policies }],
    'no-restricted-imports': ['error', { paths: drivers }],
    // Rules that misread what we do: methods of plain objects, letters of ASCII text, messages of expectations.
    'typescript/unbound-method': 'off',
    'typescript/no-misused-spread': 'off',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/require-to-throw-message': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'fc.assert', 'assert*'] }],
  },
  overrides: [
    {
      files: ['src/server/**'],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            paths: [
              ...drivers,
              ...restricted(
                ['node:http', 'node:https', 'node:http2'],
                'Ask src/server/http/node-http.ts: imported, they load fetch.',
              ),
            ],
          },
        ],
      },
    },
    {
      files: ['src/server/database/**', 'test/**', 'bench/**', 'src/importers/**', 'src/server/compat/*/import*.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      // The agent's lock is SQLite's own on an empty file: the system drops it with its process. Nothing is stored in it.
      files: ['src/cli/agent/store/lock.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
    {
      // The one place that skips a suite, by name and with a reason.
      files: ['test/support/programs.ts'],
      rules: {
        'vitest/no-disabled-tests': 'off',
        'vitest/no-conditional-tests': 'off',
        'vitest/valid-title': 'off',
        'vitest/valid-describe-callback': 'off',
      },
    },
    { files: ['*.config.ts', 'web/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      // The console knows the contract, the client and codes; nothing else of ours runs in a browser.
      files: ['web/src/**'],
      rules: {
        'react/react-in-jsx-scope': 'off',
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: ['server', 'cli', 'crypto', 'importers', 'qr', 'aws'].map((room) => `**/src/${room}/**`),
                message: 'The console imports src/api, src/client and src/otp alone.',
              },
            ],
          },
        ],
      },
    },
    { files: ['src/**'], rules: { 'no-restricted-properties': ['error', environment, ...queries] } },
    {
      files: ['src/server/**/store.ts', 'src/server/**/*-store.ts', 'src/server/database/**'],
      rules: { 'no-restricted-properties': ['error', environment] },
    },
    {
      files: ['src/server/config.ts', 'src/cli/**'],
      rules: { 'no-restricted-properties': ['error', ...queries] },
    },
  ],
})
