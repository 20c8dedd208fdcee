import { isFailure } from '../../../errors/failure.ts'
import type { Access } from '../../access/access.ts'
import { personNamed } from '../../access/people/people.ts'
import { addReadyPerson } from '../../access/people/ready-person.ts'
import type { Core } from '../../audit/core.ts'
import { keepCodeOnly } from '../../gate/code-only.ts'
import type { Actor } from '../../http/actor.ts'
import { readSimpleotpFolder, type SimpleotpUser } from './folder.ts'

/** What became of a folder of simpleotp. */
export interface SimpleotpReport {
  readonly imported: readonly string[]
  /** Names that were here before; nothing of theirs was changed. */
  readonly known: readonly string[]
  readonly refused: readonly { readonly username: string; readonly reason: string }[]
  /** Whether the portal now asks for a code alone, from a lone `.totp_secret`. */
  readonly isCodeOnly: boolean
  readonly agentFiles: number
}

/**
 * Takes over the login users of simpleotp. Their passphrases keep working and are hashed anew at the first login;
 * nobody who exists is overwritten, and the folder is left as it is.
 */
export async function importSimpleotp(
  core: Core,
  access: Access,
  actor: Actor,
  { folder, isDryRun }: { folder: string; isDryRun: boolean },
): Promise<SimpleotpReport> {
  const found = readSimpleotpFolder(folder)
  const imported: string[] = []
  const known: string[] = []
  const refused = [...found.refused]
  for (const user of found.users) {
    const outcome = await importUser(access, actor, user, isDryRun)
    if (outcome === 'imported') imported.push(user.username)
    else if (outcome === 'known') known.push(user.username)
    else refused.push({ username: user.username, reason: outcome.reason })
  }
  if (found.loneSecret !== null && !isDryRun) await keepCodeOnly(core, access, found.loneSecret, 'import')
  return { imported, known, refused, isCodeOnly: found.loneSecret !== null, agentFiles: found.agentFiles }
}

async function importUser(
  access: Access,
  actor: Actor,
  { username, legacyPassphrase, secret }: SimpleotpUser,
  isDryRun: boolean,
): Promise<'imported' | 'known' | { reason: string }> {
  if ((await personNamed(access.context, username)) !== null) return 'known'
  if (isDryRun) return 'imported'
  try {
    await addReadyPerson(access.context, actor, { username, passphrase: { legacy: legacyPassphrase }, secret })
    return 'imported'
  } catch (error) {
    if (isFailure(error)) return { reason: error.message }
    throw error
  }
}
