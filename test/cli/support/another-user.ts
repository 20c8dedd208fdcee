import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A user of this computer whom nothing here belongs to; only root can act as them. */
export const anotherUser = 65_534

/** Whether the tests may act as another user. */
export const canBeAnotherUser = process.getuid?.() === 0

/** What another user of this computer is answered at an address: the whole answer, head and body. */
export async function askAsAnotherUser(url: string): Promise<string> {
  const { host, hostname, port, pathname, search } = new URL(url)
  const words = [`GET ${pathname}${search} HTTP/1.1`, `Host: ${host}`, 'Connection: close']
  // bash: the programs of this project may lie where another user cannot reach them.
  const script = 'exec 3<>"/dev/tcp/$1/$2"; printf "%s\\r\\n" "${@:3}" "" >&3; cat <&3'
  const theirs = { uid: anotherUser, gid: anotherUser, cwd: '/' }
  return (await run('bash', ['-c', script, 'bash', hostname, port, ...words], theirs)).stdout
}
