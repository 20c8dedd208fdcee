import { useState } from 'react'
import { type Answer, readImage } from '../../contract.ts'
import { useAct } from '../../server/queries.ts'
import type { Trouble } from '../../server/trouble.ts'
import { base64Of } from './base64.ts'
import { type FileFault, maxFileMb } from './file-note.tsx'

/** What the server read out of an image, a file or a text; nothing of it is stored yet. */
export type FoundCodes = Answer<typeof readImage>

interface Source {
  readonly text?: string
  readonly file?: Blob
  readonly fileName?: string
  readonly password?: string
}

interface Candidates {
  /** Null until something was read. With `needsPassword` nothing is in it yet. */
  readonly found: FoundCodes | null
  readonly isReading: boolean
  readonly trouble: Trouble | null
  /** Why the file was not even sent. */
  readonly fault: FileFault | null
  read(source: Source): Promise<FoundCodes | null>
  reset(): void
}

/** Lets the server look into something, without storing it. */
export function useCandidates(): Candidates {
  const act = useAct(readImage)
  const [found, setFound] = useState<FoundCodes | null>(null)
  const [fault, setFault] = useState<FileFault | null>(null)
  const refuse = (why: FileFault) => {
    setFault(why)
    return null
  }
  const read = async ({ text, file, fileName, password }: Source) => {
    setFault(null)
    if (file !== undefined && file.size > maxFileMb * 1_000_000) return refuse('tooLarge')
    const contentBase64 = file === undefined ? undefined : await base64Of(file)
    if (contentBase64 === null) return refuse('unreadable')
    const body = {
      ...(text === undefined ? {} : { text }),
      ...(contentBase64 === undefined ? {} : { contentBase64 }),
      ...(fileName === undefined ? {} : { fileName: fileName.slice(0, 255) }),
      ...(password === undefined ? {} : { password }),
    }
    const done = await act.run({ body })
    if (done === null) return null
    setFound(done.answer)
    return done.answer
  }
  const reset = () => {
    setFound(null)
    act.reset()
  }
  return { found, isReading: act.isRunning, trouble: act.trouble, fault, read, reset }
}
