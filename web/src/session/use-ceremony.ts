import { useRef, useState } from 'react'

/** How one passkey is asked for. */
interface Ceremony<Done> {
  /** Fetches the server's challenge; null after trouble. */
  begin(): Promise<{ readonly answer: { readonly options: unknown; readonly ticket: string } } | null>
  /** Lets the browser answer it; null when the visitor or the browser gave up. */
  respond(options: unknown): Promise<unknown>
  /** Hands the answer to the server; null after trouble. */
  finish(body: { ticket: string; response: unknown }): Promise<Done | null>
}

/** Asks for a passkey, one at a time: a second prompt of the browser would end the first one. */
export function useCeremony() {
  const running = useRef(false)
  const [isRunning, setRunning] = useState(false)
  const [hasFailed, setFailed] = useState(false)
  const hold = async <Done>({ begin, respond, finish }: Ceremony<Done>): Promise<Done | null> => {
    const begun = await begin()
    if (begun === null) return null
    const response = await respond(begun.answer.options)
    setFailed(response === null)
    return response === null ? null : finish({ ticket: begun.answer.ticket, response })
  }
  const run = async <Done>(ceremony: Ceremony<Done>): Promise<Done | null> => {
    if (running.current) return null
    running.current = true
    setRunning(true)
    setFailed(false)
    try {
      return await hold(ceremony)
    } finally {
      running.current = false
      setRunning(false)
    }
  }
  /** `hasFailed`: the browser or the visitor gave up. */
  return { run, isRunning, hasFailed }
}
