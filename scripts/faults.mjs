// `npm run test:faults`: the long rounds that `npm test` runs in short form.
import { join } from 'node:path'
import { installPackages, pinnedNode, root, run } from './lib.mjs'

installPackages()
run(pinnedNode, [join(root, 'scripts', 'install-programs.mjs')])
run(pinnedNode, [
  join(root, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '--config',
  'vitest.faults.config.ts',
  ...process.argv.slice(2),
])
