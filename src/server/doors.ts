import type { FastifyInstance } from 'fastify'
import { tinyMfaDoor } from './compat/tiny-mfa/door.ts'
import { tinyMfaOperations } from './compat/tiny-mfa/operations.ts'
import { tinyMfaPaths } from './compat/tiny-mfa/unread.ts'
import { totpshareDoor } from './compat/totpshare/door.ts'
import { totpshareOperations } from './compat/totpshare/operations.ts'
import { readTotpshareSettings } from './compat/totpshare/settings.ts'
import { ungleichotpDoor } from './compat/ungleichotp/door.ts'
import { ungleichotpOperations } from './compat/ungleichotp/operations.ts'
import { ungleichotpPaths } from './compat/ungleichotp/unread.ts'
import type { ConsoleShell } from './console.ts'
import { doorParts } from './door-parts.ts'
import type { DoorOperation } from './http/door-operation.ts'
import type { PathOwner } from './http/unread.ts'
import { providerFirst } from './provider-first.ts'
import type { Rooms } from './rooms.ts'

/** What the foreign doors answer, for the documentation. */
export const doorOperations: readonly DoorOperation[] = [
  ...tinyMfaOperations,
  ...ungleichotpOperations,
  ...totpshareOperations,
]

/** Where the doors are. totpshare's scripts look at statuses alone: what cannot be read there is a problem of ours. */
export const doorPaths: readonly PathOwner[] = [
  tinyMfaPaths,
  ungleichotpPaths,
  { path: '/api/secrets/' },
  { path: '/secret/' },
]

/** Opens the doors of the programs we replace; the settings switch each one off. */
export async function doorRoutes(app: FastifyInstance, rooms: Rooms, shell: ConsoleShell | null): Promise<void> {
  const { core, access, vault, settings } = rooms
  const parts = doorParts(rooms)
  await tinyMfaDoor(app, parts)
  await ungleichotpDoor(app, parts, core.config.variables)
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
