import { spawn } from 'node:child_process'
import { Failure } from '../../../errors/failure.ts'
import { askSocket, serveSocket } from '../lock-sockets.ts'
import { keeperSocket } from './key-keeper.ts'

/** What the process that stays behind is given, through a pipe. */
export interface KeepingOrder {
  readonly runtimeFolder: string
  readonly saltHex: string
  readonly keyHex: string
  readonly lockAfterMinutes: number
}

/**
 * Leaves a process behind that keeps a key until it has not been asked for a while.
 *
 * @throws {@link Failure} `agent_unlock_failed` where it ended instead of listening
 */
export async function keepUnlocked(order: KeepingOrder): Promise<void> {
  const program = process.argv[1] ?? ''
  const child = spawn(process.execPath, [program, 'key-keeper'], { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  // Why it reads no more shows in its end.
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(order))
  // It says when it listens, so that the next command finds it.
  const isListening = await new Promise<boolean>((resolve) => {
    child.stdout.once('data', () => resolve(true))
    child.once('error', () => resolve(false))
    child.once('close', () => resolve(false))
  })
  child.stdout.destroy()
  child.unref()
  if (!isListening) throw new Failure('agent_unlock_failed', { detail: { folder: order.runtimeFolder } })
}

/**
 * Keeps a key in memory and hands it out over the socket, until told to forget it or not asked for a while.
 *
 * @param listening - called once the socket answers
 */
export async function keepKey(order: KeepingOrder, listening: () => void): Promise<void> {
  const key = Buffer.from(order.keyHex, 'hex')
  await askSocket(order.runtimeFolder, keeperSocket, { forget: true })
  await new Promise<void>((resolve, reject) => {
    const idle = setTimeout(resolve, order.lockAfterMinutes * 60_000)
    const answer = (question: unknown) => {
      if (typeof question !== 'object' || question === null) return {}
      if ('forget' in question) {
        // The answer still has to leave.
        setImmediate(resolve)
        return { forgotten: true }
      }
      idle.refresh()
      return 'recall' in question && question.recall === order.saltHex ? { keyHex: key.toString('hex') } : {}
    }
    serveSocket(order.runtimeFolder, keeperSocket, answer).then(
      (server) => {
        listening()
        server.unref()
      },
      (cause: unknown) => {
        // The timer would keep this process, and whoever waits for its word.
        clearTimeout(idle)
        reject(cause)
      },
    )
  })
  key.fill(0)
}
