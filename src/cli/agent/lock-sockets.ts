import { mkdir, readdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/**
 * The sockets of processes that hold something unlocked: the key keeper of a passphrase store, and open web pages.
 *
 * They lie in a folder that only their owner can enter. One line of JSON asks, one answers.
 */
const suffix = '.sock'

/** Listens on a socket of its own, over whatever a dead process of that name left behind. */
export async function serveSocket(
  folder: string,
  name: string,
  answer: (question: unknown) => unknown,
): Promise<Server> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${name}${suffix}`)
  await rm(path, { force: true })
  const server = createServer((socket) => void converse(socket, answer))
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(path, resolve))
  return server
}

/** Asks one process; null when nobody listens there or it does not understand. */
export async function askSocket(folder: string, name: string, question: unknown): Promise<unknown> {
  const socket = connect(join(folder, `${name}${suffix}`))
  try {
    socket.write(`${JSON.stringify(question)}\n`)
    for await (const line of createInterface({ input: socket })) return JSON.parse(line)
    return null
  } catch {
    return null
  } finally {
    socket.destroy()
  }
}

/** Tells every process to forget what it holds. @returns how many did */
export async function lockAll(folder: string): Promise<number> {
  const names = (await readdir(folder).catch(() => []))
    .filter((entry) => entry.endsWith(suffix))
    .map((entry) => entry.slice(0, -suffix.length))
  const answers = await Promise.all(names.map((name) => askSocket(folder, name, { forget: true })))
  return answers.filter((answer) => answer !== null).length
}

async function converse(socket: Socket, answer: (question: unknown) => unknown): Promise<void> {
  try {
    for await (const line of createInterface({ input: socket })) {
      socket.write(`${JSON.stringify(answer(JSON.parse(line)))}\n`)
    }
  } catch {
    // Whoever hangs up or talks nonsense gets no answer; the next one is served all the same.
  } finally {
    socket.destroy()
  }
}
