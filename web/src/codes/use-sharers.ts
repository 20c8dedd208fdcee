import { useEffect, useState, useSyncExternalStore } from 'react'
import { type Account, accountEvents, type RevealAnswer } from '../contract.ts'
import { addressOf } from '../server/call.ts'
import { useLive } from '../server/live.ts'
import { useMe } from '../session/session.tsx'

/** Who was shown the code of one step. */
interface Sharing {
  readonly step: number
  readonly names: readonly string[]
}

/** The account whose code was shown last. Only it is followed: a browser has few connections to one server. */
let followed: string | null = null
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function follow(accountId: string): void {
  followed = accountId
  for (const listener of listeners) listener()
}

/**
 * Who else has the code in view, where the lease only warns; empty when nobody has.
 *
 * Who comes second hears it with the code itself, who came first by the live events of the account.
 */
export function useSharers({ id, lease }: Account, shown: RevealAnswer | null): string {
  const own = useMe().person?.username
  const isWarned = lease === 'warn' && shown !== null
  const isFollowed = useSyncExternalStore(subscribe, () => followed === id)
  const [sharing, setSharing] = useState<Sharing | null>(null)
  const step = shown?.step
  useEffect(() => {
    if (isWarned) follow(id)
  }, [isWarned, id])
  const address = isWarned && isFollowed ? addressOf(accountEvents, { params: { account: id } }) : null
  useLive(address, (data) => setSharing(sharingIn(data)), 'state')
  const told = shown?.lease
  const first = told !== undefined && !told.mine && told.step === step ? [told.holder] : []
  const live = sharing !== null && sharing.step === step ? sharing.names : []
  const names = new Set([...first, ...live].filter((name) => name !== own))
  return isWarned ? [...names].join(', ') : ''
}

function sharingIn(data: unknown): Sharing | null {
  if (typeof data !== 'object' || data === null || !('step' in data) || typeof data.step !== 'number') return null
  const holder = 'holder' in data && typeof data.holder === 'string' ? [data.holder] : []
  const others = 'others' in data && Array.isArray(data.others) ? data.others : []
  return { step: data.step, names: [...holder, ...others.filter((name) => typeof name === 'string')] }
}
