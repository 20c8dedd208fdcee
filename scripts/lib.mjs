// What the project's own scripts share. Runs on any Node from 20 on, before anything is installed.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The Node.js this project is pinned to. */
export const pinnedNode = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')

/** Runs a program to its end; ends this script with its exit code when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) {
    console.error(`watchword: ${command} cannot be started: ${error.message}`)
    process.exit(1)
  }
  if (status !== 0) process.exit(status ?? 1)
}

/** Installs the packages of the lock file when they are missing or older than it. */
export function installPackages() {
  if (!isStale(join(root, 'node_modules', '.package-lock.json'), [join(root, 'package-lock.json')])) return
  console.error('watchword: installing packages')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] })
}

/** Whether a made file is missing or older than one of the files it is made from. */
export function isStale(made, sources) {
  if (!existsSync(made)) return true
  const madeAt = statSync(made).mtimeMs
  return sources.some((source) => existsSync(source) && statSync(source).mtimeMs > madeAt)
}
