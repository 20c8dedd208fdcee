import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildCommand } from '@stricli/core'
import { devicePoll, deviceStart } from '../../../api/login.ts'
import { readMe } from '../../../api/me.ts'
import { createClient } from '../../../client/client.ts'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { ensureStore } from '../ensure-store.ts'
import { readSecretFile } from '../private-file.ts'
import { serverOrigin, tokenNameOf } from '../remote/team-client.ts'
import { saveSettings } from '../settings.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags, textFlag } from '../store-flags.ts'
import { writeSealedValue } from '../store/sealed-values.ts'

interface LoginFlags extends AgentFlags {
  readonly tokenFile?: string
}

/** Who the server let in, and with what. */
interface SignedIn {
  readonly token: string
  readonly username: string
}

/** `watchword login URL`: sign in at the team's server through a browser. */
export const loginCommand = buildCommand<LoginFlags, [string], CliContext>({
  func: login,
  parameters: {
    flags: {
      tokenFile: textFlag('Use the token in this file instead of a browser', 'file'),
      json: jsonFlag,
      ...storeFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [{ brief: 'The address of the server', parse: asText, placeholder: 'url' }],
    },
  },
  docs: {
    brief: "Sign in at the team's server",
    fullDescription:
      "Prints an address and a short code; open it in any browser and confirm the code there.\nAfterwards `watchword get team/NAME` shows codes of the team's vault.",
  },
})

async function login(this: CliContext, flags: LoginFlags, typed: string): Promise<void> {
  const baseUrl = serverOrigin(typed)
  const client = `watchword on ${hostname()} ${randomBytes(2).toString('hex')}`
  const { token, username } =
    flags.tokenFile === undefined
      ? await signIn(this, baseUrl, client)
      : await tryToken(baseUrl, await readSecretFile(this, flags.tokenFile))
  const store = await ensureStore(this, flags)
  await writeSealedValue(store, tokenNameOf(baseUrl), token)
  await writeSealedValue(store, clientNameOf(baseUrl), flags.tokenFile === undefined ? client : null)
  await saveSettings(store.settings, { server: baseUrl })
  if (flags.json) this.printJson({ server: baseUrl, username })
  this.say(`Signed in at ${baseUrl} as ${username}.`)
}

/** The sealed value that names our token, so that logout finds it. */
export function clientNameOf(baseUrl: string): string {
  return `login-client ${baseUrl}`
}

/** @see RFC 8628: the browser confirms what the command shows */
async function signIn(context: CliContext, baseUrl: string, clientName: string): Promise<SignedIn> {
  const client = createClient({ baseUrl })
  const started = await client.call(deviceStart, { body: { client: clientName } })
  context.say(`Open ${started.verificationUrl}`)
  context.say(`and confirm the code ${started.userCode}.`)
  while (context.now() < started.expiresAtMs) {
    await sleep(started.intervalMs)
    const { state, token, username } = await client.call(devicePoll, { body: { deviceCode: started.deviceCode } })
    if (state === 'confirmed' && token !== undefined) return { token, username: username ?? '' }
    if (state === 'refused') throw new Failure('agent_login_refused')
    if (state === 'expired') break
  }
  throw new Failure('agent_login_expired')
}

async function tryToken(baseUrl: string, token: string): Promise<SignedIn> {
  const me = await createClient({ baseUrl, token }).call(readMe)
  if (me.kind === 'stranger') throw new Failure('agent_login_refused')
  return { token, username: me.person?.username ?? me.kind }
}
