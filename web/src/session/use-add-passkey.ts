import { useState } from 'react'
import { addPasskey, listPasskeys, type Me, passkeyOptions } from '../contract.ts'
import { keepCsrfToken } from '../server/call.ts'
import { useAct } from '../server/queries.ts'
import type { Trouble } from '../server/trouble.ts'
import { makePasskey } from './passkeys.ts'

interface AddingPasskey {
  /** Lets the browser make a passkey and registers it. `me` is whoever just set up a login. */
  add(name: string, me?: Me): Promise<void>
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
  const [hasFailed, setFailed] = useState(false)
  const add = async (name: string, me?: Me) => {
    if (me !== undefined) keepCsrfToken(me.csrfToken)
    setFailed(false)
    const begun = await begin.run()
    if (begun === null) return
    const response = await makePasskey(begun.answer.options)
    if (response === null) return setFailed(true)
    const done = await finish.run({ body: { ticket: begun.answer.ticket, name, response } })
    setAdded(done !== null)
  }
  const isRunning = begin.isRunning || finish.isRunning
  const reset = () => {
    begin.reset()
    finish.reset()
  }
  return { add, isAdded, hasFailed, isRunning, trouble: begin.trouble ?? finish.trouble, reset }
}
