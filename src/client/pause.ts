import { Failure } from '../errors/failure.ts'

/** Waits that long, or until the signal is given. */
export type Pause = (ms: number, signal?: AbortSignal) => Promise<void>

/** Waits by the machine's timer. @throws {@link Failure} `client_cancelled` as soon as the signal is given */
export const pause: Pause = (ms, signal) =>
  new Promise((resolve, reject) => {
    const finish = () => {
      signal?.removeEventListener('abort', giveUp)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    const giveUp = () => {
      clearTimeout(timer)
      reject(new Failure('client_cancelled', { cause: signal?.reason }))
    }
    if (signal?.aborted === true) return giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
  })
