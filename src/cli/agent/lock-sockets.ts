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

/** Asks one process; null when nobody listens there, it does not understand, or it says nothing in time. */
export async function askSocket(folder: string, name: string, question: unknown): Promise<unknown> {
  const answer = await converseWith(folder, name, question)
  return answer === silent ? null : answer
}

/** What a process that was stopped, or hangs, answers. */
const silent = Symbol('silent')
const patienceMs = 3_000

async function converseWith(folder: string, name: string, question: unknown): Promise<unknown> {
  const socket = connect(join(folder, `${name}${suffix}`))
  let isSilent = false
  const giveUp = setTimeout(() => {
    isSilent = true
    // Lines end with an error, or with the other end's; a socket that is only closed would leave them waiting.
    socket.destroy(new Error('No answer in time'))
  }, patienceMs)
  try {
    socket.write(`${JSON.stringify(question)}\n`)
    for await (const line of createInterface({ input: socket })) return JSON.parse(line)
    return isSilent ? silent : null
  } catch {
    return isSilent ? silent : null
  } finally {
    clearTimeout(giveUp)
    socket.destroy()
  }
}

/** What became of the processes that held something unlocked. */
export interface Locked {
  /** How many forgot it. */
  readonly forgetful: number
  /** How many said nothing in time, so that they may still hold it. */
  readonly silent: number
}

/** Tells every process to forget what it holds. */
export async function lockAll(folder: string): Promise<Locked> {
  const names = (await readdir(folder).catch(() => []))
    .filter((entry) => entry.endsWith(suffix))
    .map((entry) => entry.slice(0, -suffix.length))
  const answers = await Promise.all(names.map((name) => converseWith(folder, name, { forget: true })))
  const isSilent = answers.map((answer) => answer === silent)
  return {
    forgetful: answers.filter((answer, index) => answer !== null && isSilent[index] === false).length,
    silent: isSilent.filter(Boolean).length,
  }
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
