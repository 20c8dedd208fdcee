import { useEffect, useEffectEvent, useState } from 'react'

/** Whether news arrive. */
export type LiveState = 'off' | 'connecting' | 'live'

/**
 * Follows a stream of server-sent events; the browser reconnects by itself.
 *
 * @param address - null follows nothing
 * @param eventName - the kind of events listened to
 */
export function useLive(address: string | null, onEvent: (data: unknown) => void, eventName = 'message'): LiveState {
  // The address that is open; any other one is still connecting.
  const [open, setOpen] = useState<string | null>(null)
  const take = useEffectEvent(onEvent)
  useEffect(() => {
    if (address === null) return
    const source = new EventSource(address)
    source.addEventListener('open', () => setOpen(address))
    source.addEventListener('error', () => setOpen(null))
    source.addEventListener(eventName, (event: MessageEvent<string>) => take(parse(event.data)))
    return () => source.close()
  }, [address, eventName])
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
