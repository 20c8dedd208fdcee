import { join } from 'node:path'
import { homeFolder } from '../user.ts'

/** The environment as commands see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Where the agent keeps its files. */
export interface AgentPaths {
  /** The encrypted store and its index of names. */
  readonly data: string
  /** The settings. */
  readonly config: string
  /** What may be lost without harm to the accounts: spent steps, the list of reveals. */
  readonly state: string
  /** Sockets, gone after a restart of the computer. */
  readonly runtime: string
}

/**
 * The agent's folders.
 *
 * @see XDG Base Directory Specification 0.8; a relative path in a variable counts as unset
 */
export function agentPaths(env: Environment): AgentPaths {
  const home = homeFolder(env)
  const folder = (variable: string, ...fallback: string[]) => {
    const base = env[variable]
    return join(base?.startsWith('/') ? base : join(home, ...fallback), 'watchword')
  }
  const state = folder('XDG_STATE_HOME', '.local', 'state')
  return {
    data: folder('XDG_DATA_HOME', '.local', 'share'),
    config: folder('XDG_CONFIG_HOME', '.config'),
    state,
    runtime: env['XDG_RUNTIME_DIR']?.startsWith('/') ? join(env['XDG_RUNTIME_DIR'], 'watchword') : state,
  }
}
