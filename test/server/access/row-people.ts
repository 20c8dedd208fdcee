import type { Tx } from '../../../src/server/database/storage.ts'
import type { Role } from '../../../src/server/http/actor.ts'

/** Inserts a local person without factors, whose sessions and tokens a test makes itself. */
export async function insertPerson(tx: Tx, id: string, role: Role): Promise<void> {
  const person = { id, username: id, username_key: id, display_name: '', email: '', source: 'local', role }
  const absent = { oidc_issuer: null, oidc_subject: null, passphrase_hash: null, legacy_passphrase: null }
  const rest = { disabled: 0, preferences: '{}', last_seen_at_ms: null, created_at_ms: 0, updated_at_ms: 0 }
  await tx
    .insertInto('person')
    .values({ ...person, ...absent, ...rest })
    .execute()
}
