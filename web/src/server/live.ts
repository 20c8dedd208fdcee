import { useEffect, useRef, useState } from 'react'

/** Whether news arrive. */
export type LiveState = 'off' | 'connecting' | 'live'

/**
 * Follows a stream of server-sent events; the browser reconnects by itself.
 *
 * @param address - null follows nothing
 */
export function useLive(address: string | null, onEvent: (data: unknown) => void): LiveState {
  const [state, setState] = useState<LiveState>('off')
  const latest = useRef(onEvent)
  latest.current = onEvent
  useEffect(() => {
    if (address === null) return setState('off')
    setState('connecting')
    const source = new EventSource(address)
    source.addEventListener('open', () => setState('live'))
    source.addEventListener('error', () => setState('connecting'))
    source.addEventListener('message', (event: MessageEvent<string>) => latest.current(parse(event.data)))
    return () => source.close()
  }, [address])
  return state
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
