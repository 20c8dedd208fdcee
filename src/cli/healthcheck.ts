import { TinyMfaSettingsStore } from '../server/compat/tiny-mfa/settings.ts'
import { readConfig } from '../server/config.ts'
import { exitCodes } from './exit-codes.ts'
import { openStoreCore } from './admin/store-core.ts'

const patienceMs = 5000

/**
 * Answers go-tiny-mfa's `--healthcheck`: the database answers and the door says it is alive. Prints nothing.
 *
 * @returns the exit code, 0 or 1
 */
export async function healthcheck(variables: Readonly<Record<string, string | undefined>>): Promise<number> {
  try {
    const config = readConfig(variables)
    const httpPort = await storedPort(variables)
    const port = config.tinyMfa.isMainDoor ? httpPort : (config.tinyMfa.port ?? config.port)
    const reply = await fetch(`http://127.0.0.1:${port}/api/v1/health`, { signal: AbortSignal.timeout(patienceMs) })
    const body: unknown = await reply.json()
    const isAlive = typeof body === 'object' && body !== null && 'success' in body && body.success === true
    return isAlive ? exitCodes.ok : exitCodes.general
  } catch {
    return exitCodes.general
  }
}

/** Where the door listens as the main one; asking for it shows that the database answers. */
async function storedPort(variables: Readonly<Record<string, string | undefined>>): Promise<number> {
  const core = await openStoreCore(variables, {}, { schema: 'as it is' })
  try {
    return (await new TinyMfaSettingsStore(core).read()).httpPort
  } finally {
    await core.close()
  }
}
