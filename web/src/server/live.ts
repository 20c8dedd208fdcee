import { useEffect, useEffectEvent, useState } from 'react'
import { useMe } from '../session/session.tsx'

/** Whether news arrive. */
export type LiveState = 'off' | 'connecting' | 'live'

/** The browser comes back to a stream that broke, but not to one that was refused, as by a proxy whose server restarts. */
const firstWaitMs = 5000
/** Who may not follow any more leaves a record at each attempt. */
const longestWaitMs = 300_000

/**
 * Follows a stream of server-sent events, and comes back to it, at once in a new session.
 *
 * @param address - null follows nothing
 * @param eventName - the kind of events listened to
 */
export function useLive(address: string | null, onEvent: (data: unknown) => void, eventName = 'message'): LiveState {
  const { csrfToken } = useMe()
  // The address that is open; any other one is still connecting.
  const [open, setOpen] = useState<string | null>(null)
  const take = useEffectEvent(onEvent)
  useEffect(() => {
    if (address === null) return
    let again: ReturnType<typeof setTimeout>
    let waitMs = firstWaitMs
    const follow = () => {
      const stream = new EventSource(address)
      stream.addEventListener('open', () => {
        waitMs = firstWaitMs
        setOpen(address)
      })
      stream.addEventListener('error', () => {
        setOpen(null)
        if (stream.readyState !== EventSource.CLOSED) return
        again = setTimeout(() => (source = follow()), waitMs)
        waitMs = Math.min(waitMs * 2, longestWaitMs)
      })
      stream.addEventListener(eventName, (event: MessageEvent<string>) => take(parse(event.data)))
      return stream
    }
    let source = follow()
    return () => {
      clearTimeout(again)
      source.close()
    }
  }, [address, eventName, csrfToken])
  if (address === null) return 'off'
  return open === address ? 'live' : 'connecting'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
