// `npm start`: installs what is missing, builds what changed, serves.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { installPackages, pinnedNode, root, run } from './lib.mjs'

installPackages()
run(pinnedNode, [join(root, 'scripts', 'build.mjs'), '--if-stale'], { stdio: ['ignore', 2, 2] })

const server = spawn(join(root, 'bin', 'watchword'), ['serve', ...process.argv.slice(2)], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)))
