import { buildCommand } from '@stricli/core'
import { deleteToken, listTokens } from '../../../api/tokens.ts'
import { createClient } from '../../../client/client.ts'
import { Failure, isFailure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { tokenNameOf } from '../remote/team-client.ts'
import { saveSettings } from '../settings.ts'
import { type AgentFlags, jsonFlag, storeFlags } from '../store-flags.ts'
import { readSealedValue, writeSealedValue } from '../store/sealed-values.ts'
import { type AgentStore, openStore } from '../store/store.ts'
import { clientNameOf } from './login.ts'

/** `watchword logout`: end the token at the server, and forget it here. */
export const logoutCommand = buildCommand<AgentFlags, [], CliContext>({
  func: logout,
  parameters: { flags: { json: jsonFlag, ...storeFlags } },
  docs: { brief: "Sign out at the team's server" },
})

async function logout(this: CliContext, flags: AgentFlags): Promise<void> {
  const store = openStore(this, flags)
  const baseUrl = store.settings.file.server
  if (baseUrl === undefined) throw new Failure('agent_not_logged_in')
  const isEnded = await endToken(store, baseUrl)
  await writeSealedValue(store, tokenNameOf(baseUrl), null)
  await writeSealedValue(store, clientNameOf(baseUrl), null)
  await saveSettings(store.settings, { server: undefined })
  if (flags.json) this.printJson({ server: baseUrl, tokenEnded: isEnded })
  this.say(isEnded ? `Signed out at ${baseUrl}.` : `Forgot ${baseUrl} here. End the token in its console too.`)
}

/** Ends the token that login made. A token brought along in a file, or a server that is away, is told apart. */
async function endToken(store: AgentStore, baseUrl: string): Promise<boolean> {
  const token = await readSealedValue(store, tokenNameOf(baseUrl))
  const name = await readSealedValue(store, clientNameOf(baseUrl))
  if (token === null || name === null) return false
  const client = createClient({ baseUrl, token })
  try {
    const { items } = await client.call(listTokens, { query: {} })
    const ours = items.find((candidate) => candidate.name === name)
    if (ours === undefined) return false
    await client.call(deleteToken, { params: { token: ours.id } })
    return true
  } catch (cause) {
    if (isFailure(cause)) return false
    throw cause
  }
}
