import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

/** One revealed code, without the code. */
export interface Reveal {
  readonly atMs: number
  readonly name: string
  readonly way: 'command line' | 'web page'
}

/** Adds a line to the list of reveals, which people switch on in the settings. */
export async function appendReveal(stateFolder: string, { atMs, name, way }: Reveal): Promise<void> {
  await mkdir(stateFolder, { recursive: true, mode: 0o700 })
  const line = JSON.stringify({ at: new Date(atMs).toISOString(), name, way })
  await appendFile(join(stateFolder, 'reveals.jsonl'), `${line}\n`, { mode: 0o600 })
}
