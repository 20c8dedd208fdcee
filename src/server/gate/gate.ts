import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access } from '../access/access.ts'
import type { Core } from '../audit/core.ts'
import { trustedProxyList } from '../http/address.ts'
import { Check } from './check.ts'
import { prepareCodeOnly } from './code-only.ts'
import { proxiesOf } from './peer.ts'
import { LiveRules } from './live-rules.ts'
import type { GateSettings } from './settings.ts'
import { readTokenLimits } from './token-limits.ts'
import { createTokenUse } from './token-use.ts'

/** The gate: checks for proxies, a portal for people. */
export interface Gate {
  readonly settings: GateSettings
  readonly rules: LiveRules
  /** The person who logs in by a code alone, null when everybody has a name. */
  readonly codeOnlyPersonId: string | null
  /** Whether the administrators' settings leave this door open. */
  isOpen(): boolean
  /** Answers a check before the router; false when the request is none. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  stop(): void
}

/**
 * Opens the gate.
 *
 * @param readDoor - the administrators' setting that switches the gate off
 * @throws Failure `gate_rules_unreadable`, `gate_secret_unreadable`: nothing starts with what it cannot read
 */
export async function createGate(
  core: Core,
  access: Access,
  settings: GateSettings,
  readDoor: () => Promise<boolean>,
): Promise<Gate> {
  const { config } = core.services
  warn(core, settings)
  access.tokens.readGateLimitsBy(readTokenLimits)
  const rules = new LiveRules(core, settings.rulesFile)
  await rules.start()
  const door = await watchDoor(core, readDoor)
  const codeOnlyPersonId = await prepareCodeOnly(core, access, settings.codeOnlySecretFile)
  const check = new Check({
    access,
    services: core.services,
    settings,
    proxies: trustedProxyList(proxiesOf(config)),
    isOpen: door.isOpen,
    isCodeOnly: codeOnlyPersonId !== null,
    rules: () => rules.current,
    noteTokenUse: createTokenUse(core),
  })
  return {
    settings,
    rules,
    codeOnlyPersonId,
    isOpen: door.isOpen,
    handle: (request, response) => check.handle(request, response),
    stop: () => {
      rules.stop()
      door.stop()
    },
  }
}

function warn({ services: { config, log } }: Core, { isCookieSecure }: GateSettings): void {
  if (config.trustedProxies.length === 0 && !config.isLoopback) {
    log.warn({}, 'WATCHWORD_TRUSTED_PROXIES is empty: gate checks are answered to proxies on this machine alone')
  }
  if (!isCookieSecure)
    log.warn({}, 'the gate cookie travels over plain HTTP (WATCHWORD_GATE_COOKIE_SECURE=false): for trials only')
}

// A check cannot wait for a setting to be read: the answer is kept and renewed when settings change.
async function watchDoor(
  { storage, services }: Core,
  read: () => Promise<boolean>,
): Promise<{ isOpen: () => boolean; stop: () => void }> {
  let isOpen = await read()
  let reading = Promise.resolve()
  const renew = () => {
    // One after the other: an older answer must not come after a younger one.
    reading = reading
      .then(async () => void (isOpen = await read()))
      .catch((error: unknown) => services.log.warn({ err: error }, 'the setting of the gate could not be read'))
  }
  const stops = [
    storage.changes.listen(({ kind }) => (kind === 'setting' ? renew() : undefined)),
    storage.changes.onReset(renew),
  ]
  return { isOpen: () => isOpen, stop: () => stops.forEach((stop) => stop()) }
}
