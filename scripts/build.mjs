// Builds dist: the program in lazily loaded chunks, the client library with its types, the console.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isStale, pinnedNode, root, run } from './lib.mjs'

const dist = join(root, 'dist')
const stamp = join(dist, '.built')

if (!process.argv.includes('--if-stale') || isStale(stamp, sources())) await build()

async function build() {
  const { rolldown } = await import('rolldown')
  mkdirSync(dist, { recursive: true })
  for (const old of readdirSync(dist)) if (old !== 'console') rmSync(join(dist, old), { recursive: true, force: true })
  const bundle = await rolldown({
    input: entries(),
    platform: 'node',
    // Optional native parts of libraries that work without them.
    external: ['pg-native', 'cloudflare:sockets', /^@napi-rs\//],
    transform: { target: 'node24', define: { __WATCHWORD_BUNDLED__: 'true' } },
    plugins: [lateBuiltins()],
    logLevel: 'silent',
  })
  await bundle.write({
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    minify: { compress: true, mangle: false },
    plugins: [asciiOnly()],
  })
  await bundle.close()
  await buildCodesLane(rolldown)
  copyAssets()
  describeClient()
  if (!process.argv.includes('--no-console') && existsSync(join(root, 'web', 'index.html'))) buildConsole()
  writeFileSync(stamp, '')
}

// Fastify and prom-client load these with themselves, for what a server over plain HTTP never does: 3 MB of memory.
function lateBuiltins() {
  const isLate = (source) => /^(node:)?(http2|https)$/.test(source)
  const prefix = '\0late:'
  return {
    name: 'late-builtins',
    resolveId: (source, importer = '') =>
      isLate(source) && /node_modules[\\/](fastify|prom-client)[\\/]/.test(importer) ? prefix + source : null,
    load: (id) =>
      id.startsWith(prefix)
        ? `module.exports = new Proxy({}, { get: (_, name) => process.getBuiltinModule('${id.slice(prefix.length)}')[name] })`
        : null,
  }
}

// V8 keeps a source with one character beyond Latin-1 at two bytes a character, for as long as the program runs.
function asciiOnly() {
  return {
    name: 'ascii-only',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = escaped(chunk.code)
    },
  }
}

function escaped(code) {
  return code.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// `get` and `list` once more, as one CommonJS file: see src/cli/codes-lane.ts.
async function buildCodesLane(rolldown) {
  const lane = await rolldown({
    input: { codes: join(root, 'src/cli/codes-lane.ts') },
    platform: 'node',
    transform: { target: 'node24' },
    logLevel: 'silent',
  })
  await lane.write({
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/codes-[name]-[hash].cjs',
    minify: { compress: true, mangle: false },
  })
  await lane.close()
}

function entries() {
  const all = {
    watchword: 'src/cli/main.ts',
    'okta-aws-cred-helper': 'src/cli/okta-aws-cred-helper.ts',
    ungleichotpclient: 'src/cli/ungleichotpclient.ts',
    'client/index': 'src/client/index.ts',
    'client/service/index': 'src/client/service/index.ts',
    'qr-thread': 'src/qr/thread.ts',
    'import-thread': 'src/importers/thread.ts',
    'bcrypt-thread': 'src/server/compat/tiny-mfa/bcrypt-thread.ts',
  }
  return Object.fromEntries(
    Object.entries(all)
      .map(([name, path]) => [name, join(root, path)])
      .filter(([, path]) => existsSync(path)),
  )
}

// The decoder's WebAssembly is shipped beside the program; nothing is fetched at run time.
function copyAssets() {
  const require = createRequire(import.meta.url)
  const assets = join(dist, 'assets')
  mkdirSync(assets, { recursive: true })
  cpSync(require.resolve('zxing-wasm/reader/zxing_reader.wasm'), join(assets, 'zxing_reader.wasm'))
}

// The types of the client library, for whoever installs it.
function describeClient() {
  rmSync(join(dist, 'types'), { recursive: true, force: true })
  run(pinnedNode, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.client.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
}

function buildConsole() {
  run(pinnedNode, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: join(root, 'web'),
    stdio: ['ignore', 2, 2],
  })
}

function sources() {
  return [
    join(root, 'package-lock.json'),
    join(root, 'package.json'),
    ...files(join(root, 'src')),
    ...files(join(root, 'web')),
  ]
}

function files(folder) {
  return readdirSync(folder)
    .filter((name) => name !== 'node_modules')
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]))
}
