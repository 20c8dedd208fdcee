import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Access } from '../access/access.ts'
import type { Core } from '../audit/core.ts'
import { trustedProxyList } from '../http/address.ts'
import { Check } from './check.ts'
import { LiveRules } from './live-rules.ts'
import type { GateSettings } from './settings.ts'
import { createTokenUse } from './token-use.ts'

/** The gate: checks for proxies, a portal for people. */
export interface Gate {
  readonly settings: GateSettings
  readonly rules: LiveRules
  /** Answers a check before the router; false when the request is none. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  stop(): void
}

/** Proxies on this machine, trusted where none are named. */
const thisMachine = ['127.0.0.0/8', '::1']

/** Opens the gate. @throws Failure `gate_rules_unreadable`: nothing starts with rules it cannot read */
export function createGate(core: Core, access: Access, settings: GateSettings): Gate {
  const { config, log } = core.services
  if (config.trustedProxies.length === 0 && !config.isLoopback) {
    log.warn({}, 'WATCHWORD_TRUSTED_PROXIES is empty: gate checks are answered to proxies on this machine alone')
  }
  if (!settings.isCookieSecure)
    log.warn({}, 'the gate cookie travels over plain HTTP (WATCHWORD_GATE_COOKIE_SECURE=false): for trials only')
  const rules = new LiveRules(core, settings.rulesFile)
  rules.start()
  const check = new Check({
    access,
    services: core.services,
    settings,
    proxies: trustedProxyList(config.trustedProxies.length === 0 ? thisMachine : config.trustedProxies),
    rules: () => rules.current,
    noteTokenUse: createTokenUse(core),
  })
  return { settings, rules, handle: (request, response) => check.handle(request, response), stop: () => rules.stop() }
}
