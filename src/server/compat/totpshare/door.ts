import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../access/access.ts'
import { everyone } from '../../access/groups/everyone.ts'
import { groupsOf } from '../../access/people/store.ts'
import type { OperatorActor } from '../../http/actor.ts'
import type { Vault } from '../../vault/vault.ts'
import { totpshareAccounts } from './accounts.ts'
import { importFolder } from './import-folder.ts'
import { logoutPage } from './logout.ts'
import { totpshareRoutes } from './routes.ts'
import type { TotpshareSettings } from './settings.ts'

/** What the door is made from. */
export interface TotpshareParts {
  readonly access: Access
  readonly vault: Vault
  readonly settings: TotpshareSettings
  readonly isOpen: () => Promise<boolean>
  readonly sendShell: ((reply: FastifyReply, head: string) => FastifyReply) | null
  readonly loginAddress: (request: FastifyRequest, returnTo: string) => Promise<string | null>
}

const importer: OperatorActor = { kind: 'operator', name: 'totpshare folder', address: '' }

/** Puts totpshare's addresses and `/logout` on an application. */
export function totpshareDoor(app: FastifyInstance, parts: TotpshareParts): void {
  const { access, vault, settings } = parts
  const { storage } = vault.room.core
  totpshareRoutes(app, {
    accounts: totpshareAccounts(vault, settings.isOpenToAll),
    isOpen: parts.isOpen,
    sendShell: parts.sendShell,
    loginAddress: parts.loginAddress,
    groupNames: async (actor) => {
      const groups = actor.kind === 'person' ? await groupsOf(storage.db, actor.personId) : []
      return groups.filter(({ id }) => id !== everyone.id).map(({ name }) => name)
    },
    administratorsGroup: settings.administratorsGroup,
  })
  logoutPage(app, access.context)
}

/**
 * Takes over the folder the variables name, reading it only. A folder that cannot be read is told in the log and
 * stops no server: its accounts may be here already.
 */
export async function importAtStart(vault: Vault, settings: TotpshareSettings): Promise<void> {
  const { log } = vault.room.core.services
  for (const note of settings.notes) log.info({}, note)
  const { folder, encryptionKey } = settings
  if (folder === null) return
  try {
    const report = await importFolder(vault, importer, { folder, encryptionKey, isDryRun: false })
    for (const warning of report.warnings) log.warn({ folder }, warning)
    for (const { fileName, reason } of report.refused) log.warn({ fileName, reason }, 'a file of totpshare was skipped')
    const { total, known, imported, refused } = report
    log.info({ total, known, imported: imported.length, refused: refused.length }, "totpshare's folder was read")
  } catch (error) {
    log.error({ err: error }, "totpshare's folder was not read")
  }
}
