import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { type Me, readMe } from '../contract.ts'
import { call, keepSession, onSessionEnded, saySessionEnded } from '../server/call.ts'
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

/** Asks the server who we are, now and then again. */
export function useWhoAmI(): Pending<Me> {
  const client = useQueryClient()
  return useQuery<Me>({
    queryKey: [readMe.name],
    queryFn: async ({ signal }) => {
      const now = await call(readMe, undefined, { signal })
      const before = client.getQueryData<Me>([readMe.name])
      return whoIsHere(before ?? now, now)
    },
    staleTime: 60_000,
  })
}

// What is typed on a page belongs to who typed it: it outlives their session, and no other person finds it.
function whoIsHere(before: Me, now: Me): Me {
  if (before.person === null || before.person.id === now.person?.id) {
    keepSession(now)
    return now
  }
  if (now.person === null) saySessionEnded()
  else location.reload()
  return before
}

/** Starts over as whoever logged in: nothing the last visitor saw stays in memory. */
export function useNewSession(): (me: Me) => void {
  const client = useQueryClient()
  return (me) => {
    keepSession(me)
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== readMe.name })
    client.setQueryData([readMe.name], me)
  }
}

/** Goes on as the person who was here, in a new session: pages and what is typed on them stay. */
export function useSessionAgain(): (me: Me) => void {
  const client = useQueryClient()
  return (me) => {
    keepSession(me)
    client.setQueryData([readMe.name], me)
    void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== readMe.name })
  }
}

/** Whether the server stopped knowing us while the page was open. */
export function useSessionEnded(): [boolean, (isEnded: boolean) => void] {
  const [isEnded, setEnded] = useState(false)
  useEffect(() => onSessionEnded(() => setEnded(true)), [])
  return [isEnded, setEnded]
}
