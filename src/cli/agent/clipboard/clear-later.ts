import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from '../paths.ts'
import { give, take } from './call.ts'
import type { ClipboardPrograms } from './programs.ts'

/** What the process that stays behind is told, through a pipe. */
export interface ClearingOrder {
  readonly clipboard: ClipboardPrograms
  readonly code: string
  readonly afterSeconds: number
}

/** Waits, then empties the clipboard if it still holds the code: what somebody copied since is theirs. */
export async function clearLater({ clipboard, code, afterSeconds }: ClearingOrder, env: Environment): Promise<void> {
  await sleep(afterSeconds * 1000)
  const present = await take(clipboard.paste, env)
  if (present?.trim() === code) await give(clipboard.clear, '', env)
}
