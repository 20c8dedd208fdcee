// `npm run bench`: installs what is missing, builds, prints figures beside their yardsticks.
import { join } from 'node:path'
import { installPackages, pinnedNode, root, run } from './lib.mjs'

installPackages()
run(pinnedNode, [join(root, 'scripts', 'build.mjs'), '--if-stale'], { stdio: ['ignore', 2, 2] })
run(pinnedNode, [join(root, 'bench', 'main.ts'), ...process.argv.slice(2)])
