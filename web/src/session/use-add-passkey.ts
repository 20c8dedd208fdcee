import { useState } from 'react'
import { addPasskey, listPasskeys, passkeyOptions } from '../contract.ts'
import { useAct } from '../server/queries.ts'
import type { Trouble } from '../server/trouble.ts'
import { makePasskey } from './passkeys.ts'
import { useCeremony } from './use-ceremony.ts'

interface AddingPasskey {
  /** Lets the browser make a passkey and registers it; answers whether it was added. */
  add(name: string): Promise<boolean>
  readonly isAdded: boolean
  /** The browser or the visitor gave up. */
  readonly hasFailed: boolean
  readonly isRunning: boolean
  readonly trouble: Trouble | null
  /** Forgets the trouble. */
  reset(): void
}

/** Registers a passkey of the person who is logged in. */
export function useAddPasskey(): AddingPasskey {
  const begin = useAct(passkeyOptions)
  const finish = useAct(addPasskey, [listPasskeys])
  const [isAdded, setAdded] = useState(false)
  const { run, isRunning, hasFailed } = useCeremony()
  const reset = () => {
    begin.reset()
    finish.reset()
  }
  const add = async (name: string) => {
    reset()
    const done = await run({
      begin: () => begin.run(),
      respond: makePasskey,
      finish: (answered) => finish.run({ body: { ...answered, name } }),
    })
    setAdded(done !== null)
    return done !== null
  }
  return { add, isAdded, hasFailed, isRunning, trouble: begin.trouble ?? finish.trouble, reset }
}
