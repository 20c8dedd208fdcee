import { buildCommand } from '@stricli/core'
import { Failure, isFailure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import type { KeyKeeper } from '../store/key-keeper.ts'
import { keepUnlocked } from '../store/key-keeping.ts'
import { type AgentStore, openStore } from '../store/store.ts'

/** `watchword unlock`: give the passphrase once for the commands that follow. */
export const unlockCommand = buildCommand<AgentFlags, [], CliContext>({
  func: unlock,
  parameters: { flags: { json: jsonFlag, ...storeFlags } },
  docs: { brief: 'Unlock the store for the commands that follow' },
})

async function unlock(this: CliContext, flags: AgentFlags): Promise<void> {
  const opened = new Map<string, Buffer>()
  const store = openStore(this, flags, { keeper: listeningKeeper(opened) })
  if (!store.exists()) throw new Failure('agent_store_missing', { detail: { path: store.path } })
  await open(store)
  const { kind } = await store.envelope()
  const { lockAfterMinutes, paths } = store.settings
  for (const [saltHex, key] of opened) {
    await keepUnlocked({ runtimeFolder: paths.runtime, saltHex, keyHex: key.toString('hex'), lockAfterMinutes })
  }
  if (flags.json) this.printJson({ unlocked: true, kind })
  this.say(
    kind === 'gpg'
      ? 'Unlocked for as long as gpg remembers the passphrase.'
      : `Unlocked until it has not been used for ${lockAfterMinutes} minutes, or \`watchword lock\`.`,
  )
}

/** To be told to unlock first helps nobody who is doing just that. */
async function open(store: AgentStore): Promise<void> {
  try {
    await store.accounts()
  } catch (cause) {
    throw isFailure(cause, 'agent_passphrase_needed') ? new Failure('agent_unlock_unasked', { cause }) : cause
  }
}

/** Never recalls, so that the passphrase is checked, and notes the key that opened the store. */
function listeningKeeper(opened: Map<string, Buffer>): KeyKeeper {
  return { recall: async () => null, offer: async (saltHex, key) => void opened.set(saltHex, key) }
}
