import { buildCommand } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { lockAll } from '../lock-sockets.ts'
import { type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import { openStore } from '../store/store.ts'
import { readIfThere } from '../store/read-if-there.ts'

/** `watchword lock`: forget every passphrase at once, here, in gpg's agent and in open web pages. */
export const lockCommand = buildCommand<AgentFlags, [], CliContext>({
  func: lock,
  parameters: { flags: { json: jsonFlag, ...storeFlags } },
  docs: { brief: 'Lock the store and every open web page of it' },
})

async function lock(this: CliContext, flags: AgentFlags): Promise<void> {
  const store = openStore(this, flags)
  const { forgetful: processes, silent } = await lockAll(store.settings.paths.runtime)
  const sealed = readIfThere(store.path)
  const isGpg = sealed !== null && (await store.envelope()).kind === 'gpg'
  if (isGpg) {
    const { keyIdsOf } = await import('../gpg/encrypt.ts')
    const { forgetPassphrases } = await import('../gpg/forget-passphrases.ts')
    const { gpg } = store.settings
    await forgetPassphrases(gpg, await keyIdsOf(gpg, sealed))
  }
  // What gpg's agent forgets is forgotten first: only then is it told what was not.
  if (silent > 0) throw new Failure('agent_lock_silent', { detail: { silent } })
  if (flags.json) this.printJson({ locked: true, processes })
  this.say('Locked.')
}
