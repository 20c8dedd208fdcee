import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { type Me, readMe } from '../contract.ts'
import { call, keepCsrfToken, onSessionEnded } from '../server/call.ts'
import type { Pending } from '../server/queries.ts'

const MeContext = createContext<Me | null>(null)

/** Who is here and what they may do, as the server says; only below a session. */
export function useMe(): Me {
  const me = use(MeContext)
  if (me === null) throw new Error('useMe needs a session above it')
  return me
}

/** Hands a known visitor to the pages. */
export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>
}

/** Asks the server who we are; called again after every login. */
export function useWhoAmI(): Pending<Me> {
  return useQuery<Me>({
    queryKey: [readMe.name],
    queryFn: async ({ signal }) => {
      const me = await call(readMe, undefined, { signal })
      keepCsrfToken(me.csrfToken)
      return me
    },
    staleTime: 60_000,
  })
}

/** Starts over as whoever logged in: nothing the last visitor saw stays in memory. */
export function useNewSession(): (me: Me) => void {
  const client = useQueryClient()
  return (me) => {
    keepCsrfToken(me.csrfToken)
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== readMe.name })
    client.setQueryData([readMe.name], me)
  }
}

/** Whether the server stopped knowing us while the page was open. */
export function useSessionEnded(): [boolean, (isEnded: boolean) => void] {
  const [isEnded, setEnded] = useState(false)
  useEffect(() => onSessionEnded(() => setEnded(true)), [])
  return [isEnded, setEnded]
}
