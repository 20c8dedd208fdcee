import type { FastifyInstance } from 'fastify'
import { totpshareDoor } from './compat/totpshare/door.ts'
import { totpshareOperations } from './compat/totpshare/operations.ts'
import { readTotpshareSettings } from './compat/totpshare/settings.ts'
import type { ConsoleShell } from './console.ts'
import type { DoorOperation } from './http/openapi.ts'
import { providerFirst } from './provider-first.ts'
import type { Rooms } from './rooms.ts'

/** What the foreign doors answer, for the documentation. */
export const doorOperations: readonly DoorOperation[] = [...totpshareOperations]

/** Opens the doors of the programs we replace; the settings switch each one off. */
export function doorRoutes(
  app: FastifyInstance,
  { core, access, vault, settings }: Rooms,
  shell: ConsoleShell | null,
): void {
  totpshareDoor(app, {
    access,
    vault,
    settings: readTotpshareSettings(core.config.variables),
    isOpen: async () => (await settings.read()).doors.totpshare,
    sendShell: shell === null ? null : (reply, head) => shell.send(reply, head),
    loginAddress: async ({ actor }, returnTo) =>
      (await providerFirst(access, actor)) === null ? null : `/v1/login/oidc?returnTo=${encodeURIComponent(returnTo)}`,
  })
}
