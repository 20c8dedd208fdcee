import { buildRouteMap } from '@stricli/core'
import { getCommand } from './agent/commands/get.ts'
import { listCommand } from './agent/commands/list.ts'
import { runApplication } from './application.ts'
import type { CliContext } from './context.ts'

/**
 * `get` and `list` alone.
 *
 * The build puts them into a file of their own, in CommonJS: what a person waits for before a code appears is mostly
 * our start, and one small file starts in two thirds of the time that the shared ones take.
 */
export async function runCodes(host: NodeJS.Process): Promise<void> {
  const routes = buildRouteMap<'get' | 'list', CliContext>({
    routes: { get: getCommand, list: listCommand },
    docs: { brief: 'Codes at hand' },
  })
  await runApplication(host, routes, host.argv.slice(2))
}
