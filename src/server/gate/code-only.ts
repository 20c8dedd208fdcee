import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import type { Access } from '../access/access.ts'
import { insertPerson, personById, personByUsername } from '../access/people/store.ts'
import type { Core } from '../audit/core.ts'
import type { Actor } from '../http/actor.ts'

/** The one visitor of the code-only mode: a person without a passphrase, so that no other door opens to them. */
const visitor = { id: 'gate-code-only', username: 'code-only' } as const
const markKey = 'gate.code_only'

/**
 * Takes the secret of the code-only mode in, at the first start and whenever the file changed.
 *
 * @returns the id of the person who logs in by a code alone
 * @throws {@link Failure} `gate_secret_unreadable`, `gate_visitor_taken`
 */
export async function prepareCodeOnly(core: Core, access: Access, file: string): Promise<string> {
  const { storage, keyRing, services } = core
  const secret = readSecret(file)
  const mark = createHmac('sha256', keyRing.deriveKey('gate code-only')).update(secret).digest('base64url')
  const actor: Actor = { kind: 'operator', name: 'gate', address: '' }
  await storage.transaction(async (tx) => {
    const known = await tx.selectFrom('setting').select('value').where('key', '=', markKey).executeTakeFirst()
    if (known !== undefined && known.value === JSON.stringify(mark)) return
    if ((await personById(tx, visitor.id)) === null) {
      if ((await personByUsername(tx, visitor.username)) !== null) throw new Failure('gate_visitor_taken')
      const person = { ...visitor, usernameKey: visitor.username, displayName: '', email: '' }
      await insertPerson(tx, { ...person, source: 'local', role: 'member' }, services.clock.nowMs())
    }
    await access.context.codes.install(tx, visitor, actor, { secret })
    const value = JSON.stringify(mark)
    const row = { key: markKey, value, updated_at_ms: services.clock.nowMs() }
    await tx
      .insertInto('setting')
      .values(row)
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at_ms: row.updated_at_ms }))
      .execute()
  })
  return visitor.id
}

function readSecret(file: string): Uint8Array {
  try {
    return decodeBase32(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Failure('gate_secret_unreadable', { detail: { file }, cause })
  }
}
