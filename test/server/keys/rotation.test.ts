import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type KeyRing, openKeyRing } from '../../../src/crypto/key-ring.ts'
import { fileProvider, textProvider } from '../../../src/crypto/root-key-provider.ts'
import { newRootKey, rootKeyText } from '../../../src/crypto/root-key.ts'
import type { Place } from '../../../src/crypto/sealing.ts'
import { dataKeyStore } from '../../../src/server/database/data-keys.ts'
import { sql } from '../../../src/server/database/sql.ts'
import type { Storage, Tx } from '../../../src/server/database/storage.ts'
import { rotateDataKeys, rotateRootKey } from '../../../src/server/keys/rotation.ts'
import { sealedColumns } from '../../../src/server/keys/sealed-columns.ts'
import { readSealed, replaceSealed } from '../../../src/server/keys/store.ts'
import { readKeyStatus } from '../../../src/server/keys/status.ts'
import { sealedFinding } from '../../../src/server/operation/sealed-finding.ts'
import { openTestAudit } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'

const by = { actorKind: 'operator', actorId: 'operator:root', actorName: 'root' }
const options = { by, settleMs: 0 }
const secret = Buffer.from('3132333435363738393031323334353637383930', 'hex')

/** A database with its keys in a file, and one value in every sealed column. */
async function filled(storage: Storage) {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-rotation-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const provider = fileProvider(join(folder, 'root.key'), { mayCreate: true })
  const clock = { laterMs: 0, nowMs: () => Date.now() + clock.laterMs }
  const open = () => openKeyRing(provider, dataKeyStore(storage), () => clock.nowMs())
  const keyRing = await open()
  const [rootKey] = await provider.load()
  const audit = await openTestAudit(storage, rootKey === undefined ? {} : { rootKey })
  await storage.transaction((tx) => fill(tx, keyRing))
  return {
    core: { storage, keyRing, audit, services: { clock } },
    clock,
    provider,
    open,
    file: join(folder, 'root.key'),
  }
}

async function fill(tx: Tx, keyRing: KeyRing<Tx>): Promise<void> {
  const realmKey = await keyRing.createDataKey(tx, 'realm', 'r1')
  const vaultKey = keyRing.vaultKeyId()
  const times = { created_at_ms: 1, updated_at_ms: 1 }
  await tx
    .insertInto('realm')
    .values({
      id: 'r1',
      name: 'shop',
      issuer_label: 'Shop',
      contact: '',
      algorithm: 'SHA1',
      digits: 6,
      period_seconds: 30,
      window_back: 1,
      window_forward: 1,
      replay: 'rising',
      readback: 'pending',
      lockout: null,
      enabled: 1,
      origin: '',
      doors: '[]',
      data_key_id: realmKey,
      ...times,
    })
    .execute()
  await tx
    .insertInto('subject')
    .values(
      Array.from({ length: 450 }, (_, i) => ({
        id: `s${i}`,
        realm_id: 'r1',
        name: `user ${i}`,
        name_key: `user ${i}`,
        number: i,
        email: '',
        enabled: 1,
        sealed_secret: keyRing.seal(realmKey, secret, { table: 'subject', column: 'sealed_secret', row: `s${i}` }),
        algorithm: null,
        digits: null,
        period_seconds: null,
        pending_secret:
          i % 2 === 0
            ? keyRing.seal(realmKey, secret, { table: 'subject', column: 'pending_secret', row: `s${i}` })
            : null,
        pending_until_ms: null,
        pending_by: null,
        enrolled_at_ms: null,
        ...times,
      })),
    )
    .execute()
  await tx
    .insertInto('account')
    .values({
      id: 'a1',
      label: 'root',
      identifier: '',
      public_key: '',
      issuer: '',
      url: '',
      tags: '[]',
      note: '',
      type: 'totp',
      algorithm: 'SHA1',
      digits: 6,
      period_seconds: 30,
      counter: 0,
      sealed_secret: keyRing.seal(vaultKey, secret, { table: 'account', column: 'sealed_secret', row: 'a1' }),
      secret_hash: new Uint8Array(32),
      previous_secret: keyRing.seal(vaultKey, secret, { table: 'account', column: 'previous_secret', row: 'a1' }),
      previous_until_ms: null,
      secret_version: 1,
      lease: 'warn',
      step_up: 'none',
      marked: 0,
      rotate_reason: null,
      rotate_since_ms: null,
      created_by: '',
      deleted_at_ms: null,
      ...times,
    })
    .execute()
  await tx
    .insertInto('import_job')
    .values({
      id: 'j1',
      kind: 'csv',
      realm_id: 'r1',
      state: 'running',
      total: 1,
      done: 0,
      sealed_input: keyRing.seal(vaultKey, secret, { table: 'import_job', column: 'sealed_input', row: 'j1' }),
      report: '{}',
      created_by: '',
      ...times,
    })
    .execute()
}

/** Opens every sealed value; answers how many opened. */
async function openEverything(storage: Storage, keyRing: KeyRing<Tx>): Promise<number> {
  let opened = 0
  for (const column of sealedColumns) {
    for (const { id, sealed } of await readSealed(storage.db, column, '', 10_000)) {
      const place: Place = { ...column, row: id }
      await keyRing.readyFor(sealed, place)
      expect(Buffer.from(keyRing.open(sealed, place))).toEqual(secret)
      opened += 1
    }
  }
  return opened
}

const everything = 450 + 225 + 3

describe.each(engines)('rotating keys on $name', ({ openStorage }) => {
  it('T88 seals every value of every sealed column under new keys, and all still open', async () => {
    const storage = await openStorage()
    const { core, open } = await filled(storage)
    expect(await rotateDataKeys(core, options)).toEqual({
      isResumed: false,
      keys: 2,
      values: everything,
      removedKeys: 0,
    })
    expect(await openEverything(storage, await open())).toBe(everything)
    const status = await readKeyStatus(core)
    const retired = status.dataKeys.filter(({ retiredAtMs }) => retiredAtMs !== null)
    expect(retired.map(({ values }) => values)).toEqual([0, 0])
    expect(status.isRotationUnfinished).toBe(false)
    const realm = await storage.db.selectFrom('realm').select('data_key_id').executeTakeFirstOrThrow()
    expect(retired.map(({ id }) => id)).not.toContain(realm.data_key_id)
  })

  it('T88 knows every column of bytes: sealed, or known to be something else', async () => {
    const storage = await openStorage()
    const notSealedByDataKeys = [
      'access_token.token_hash',
      'account.secret_hash',
      'audit_chain.hash',
      'audit_chain.hmac',
      'audit_checkpoint.hash',
      'audit_checkpoint.public_key',
      'audit_checkpoint.signature',
      'audit_event.hash',
      'data_key.sealed_key',
      'device_grant.device_hash',
      'enrolment_link.token_hash',
      'key_canary.sealed',
      'login_source.source_hash',
      'one_time.token_hash',
      'passkey.public_key',
      'recovery_code.code_hash',
      'session.token_hash',
      'subject_source.source_hash',
      'verdict_memo.body_hash',
      'verdict_memo.key_hash',
    ]
    const query =
      storage.engine === 'sqlite'
        ? sql<{
            name: string
          }>`select m.name || '.' || c.name as name from sqlite_schema m, pragma_table_info(m.name) c where m.type = 'table' and c.type = 'BLOB'`
        : sql<{
            name: string
          }>`select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'watchword' and data_type = 'bytea'`
    const { rows } = await query.execute(storage.db)
    const sealed = sealedColumns.map(({ table, column }) => `${table}.${column}`)
    expect(rows.map(({ name }) => name).toSorted()).toEqual([...sealed, ...notSealedByDataKeys].toSorted())
  })

  it('T88 is finished by the next call when it was interrupted', async () => {
    const storage = await openStorage()
    const { core, open } = await filled(storage)
    const interrupted = rotateDataKeys(core, {
      ...options,
      onProgress: (values) => {
        if (values > 300) throw new Error('interrupted')
      },
    })
    await expect(interrupted).rejects.toThrow('interrupted')
    expect((await readKeyStatus(core)).isRotationUnfinished).toBe(true)
    expect(await openEverything(storage, await open())).toBe(everything)

    const resumed = await rotateDataKeys({ ...core, keyRing: await open() }, options)
    expect(resumed).toMatchObject({ isResumed: true, keys: 0 })
    expect(resumed.values).toBeLessThan(everything)
    expect((await readKeyStatus(core)).dataKeys).toHaveLength(5)
    expect(await openEverything(storage, await open())).toBe(everything)
  })

  it('T88 makes its new keys once when two servers begin at the same moment, and is audited once', async () => {
    const storage = await openStorage()
    const { core, open } = await filled(storage)
    const other = { ...core, keyRing: await open() }
    const both = await Promise.all([rotateDataKeys(core, options), rotateDataKeys(other, options)])
    expect(both.filter(({ isResumed }) => isResumed)).toHaveLength(1)
    expect(await rotateDataKeys(other, options)).toMatchObject({ isResumed: false, keys: 2, values: everything })
    for (const keyRing of [core.keyRing, other.keyRing, await open()]) {
      expect(await openEverything(storage, keyRing)).toBe(everything)
      expect((await keyRing.dataKeys()).map(({ id }) => id)).toContain(keyRing.vaultKeyId())
    }
    const { items } = await core.audit.list({ action: 'keys.' })
    expect(items.map(({ action }) => action)).toEqual(['keys.rotated', 'keys.rotate', 'keys.rotated', 'keys.rotate'])
  })

  it('tells of values whose key is not in the database', async () => {
    const storage = await openStorage()
    const { core } = await filled(storage)
    expect(await sealedFinding(core)).toMatchObject({ level: 'ok' })
    const lost = core.keyRing.vaultKeyId()
    await storage.transaction((tx) => tx.deleteFrom('data_key').where('id', '=', lost).execute())
    expect((await readKeyStatus(core)).unknownKeys).toEqual([{ id: lost, values: 3 }])
    const finding = await sealedFinding(core)
    expect(finding.level).toBe('error')
    expect(finding.message).toContain(lost)
  })

  it('keeps a value that a server sealed under the old key at the last moment, and removes keys long unused', async () => {
    const storage = await openStorage()
    const { core, clock, open } = await filled(storage)
    const late = core.keyRing.seal(core.keyRing.vaultKeyId(), secret, {
      table: 'account',
      column: 'sealed_secret',
      row: 'a1',
    })
    await rotateDataKeys(core, options)
    await storage.transaction((tx) => tx.updateTable('account').set({ sealed_secret: late }).execute())
    clock.laterMs = 3_600_000
    expect(await rotateDataKeys(core, options)).toMatchObject({ values: everything, removedKeys: 2 })
    expect(await openEverything(storage, await open())).toBe(everything)
  })

  it('leaves a value alone that somebody writes while it is sealed anew', async () => {
    const storage = await openStorage()
    await filled(storage)
    const column = { table: 'account', column: 'sealed_secret' } as const
    const [row] = await readSealed(storage.db, column, '', 1)
    if (row === undefined) throw new Error('there is no sealed account to begin with')
    const meanwhile = new Uint8Array([1, 2, 3])
    await storage.transaction(async (tx) => {
      await tx.updateTable('account').set({ sealed_secret: meanwhile }).execute()
      expect(await replaceSealed(tx, column, row, new Uint8Array([9]))).toBe(false)
    })
    const { sealed_secret } = await storage.db.selectFrom('account').select('sealed_secret').executeTakeFirstOrThrow()
    expect(sealed_secret).toEqual(meanwhile)
  })

  it('moves to a new root key while a server runs on the old one', async () => {
    const storage = await openStorage()
    const { core, provider, open, file } = await filled(storage)
    const server = await open()
    const before = readFileSync(file, 'utf8')
    const { from, to } = await rotateRootKey(core, provider, by)
    expect(from).not.toBe(to)
    expect(readFileSync(file, 'utf8')).not.toContain(before.trim())
    const keyId = await storage.transaction((tx) => server.createDataKey(tx, 'realm', 'r2'))
    await core.keyRing.ready(keyId)
    expect(await openEverything(storage, await open())).toBe(everything)
    const old = openKeyRing(textProvider(before, 'of before'), dataKeyStore(storage), () => 1)
    await expect(old).rejects.toMatchObject({ code: 'root_key_wrong' })
    expect((await core.audit.list({ action: 'keys.rotate_root' })).items).toMatchObject([{ detail: { from, to } }])
  })

  it('T88 finishes a move of the root key from wherever it was interrupted', async () => {
    const storage = await openStorage()
    const { core, provider, open, file } = await filled(storage)
    const [old] = await provider.load()
    const next = newRootKey()
    if (old !== undefined) provider.replace?.([next, old])
    const halfway = await open()
    expect(halfway.rootKeyId).toBe(old?.id)
    const moved = await rotateRootKey({ ...core, keyRing: halfway }, provider, by)
    const kept = `${file}.${old?.id}`
    expect(moved).toEqual({ from: old?.id, to: next.id, kept })

    if (old !== undefined) provider.replace?.([next, old])
    const again = await rotateRootKey({ ...core, keyRing: await open() }, provider, by)
    expect(again).toEqual({ from: next.id, to: next.id, kept })
    expect(await provider.load()).toHaveLength(1)
    expect(await openEverything(storage, await open())).toBe(everything)
  })

  it('asks for the new key where it cannot write it', async () => {
    const storage = await openStorage()
    const { core, open } = await filled(storage)
    const readOnly = textProvider('', 'in WATCHWORD_ROOT_KEY')
    await expect(rotateRootKey(core, readOnly, by)).rejects.toMatchObject({ code: 'root_key_not_writable' })
    const next = newRootKey()
    const provider = { place: 'here', load: async () => [] }
    await rotateRootKey(core, provider, by, next)
    const opened = await openKeyRing(textProvider(rootKeyText(next), 'new'), dataKeyStore(storage), () => 1)
    expect(await openEverything(storage, opened)).toBe(everything)
    await expect(open()).rejects.toMatchObject({ code: 'root_key_wrong' })
  })
})
