import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { engines } from '../../support/engines.ts'
import { openTestKeyRing } from '../../support/key-ring.ts'

const place = { table: 'account', column: 'sealed_secret', row: 'a1' }
const secret = Buffer.from('12345678901234567890')

async function everything(storage: Storage): Promise<unknown> {
  return [
    await storage.db.selectFrom('data_key').selectAll().orderBy('id').execute(),
    await storage.db.selectFrom('key_canary').selectAll().execute(),
  ]
}

describe.each(engines)('the key ring on $name', ({ openStorage, freshPlace }) => {
  it('opens after a restart what was sealed before', async () => {
    const [root, databasePlace] = [newRootKey(), await freshPlace()]
    const before = await openTestKeyRing(await openStorage({ place: databasePlace }), root)
    const sealed = before.seal(before.vaultKeyId(), secret, place)
    const after = await openTestKeyRing(await openStorage({ place: databasePlace }), root)
    expect(Buffer.from(after.open(sealed, place))).toEqual(secret)
    expect(after.deriveKey('audit head')).toEqual(before.deriveKey('audit head'))
    expect(after.deriveKey('audit head')).not.toEqual(after.deriveKey('audit names'))
  })

  it('T70 refuses a wrong root key and writes nothing', async () => {
    const storage = await openStorage()
    await openTestKeyRing(storage)
    const before = await everything(storage)
    await expect(openTestKeyRing(storage)).rejects.toMatchObject({ code: 'root_key_wrong' })
    expect(await everything(storage)).toEqual(before)
  })

  it('T70 refuses a wrong root key although somebody removed the canary', async () => {
    const storage = await openStorage()
    await openTestKeyRing(storage)
    await storage.transaction((tx) => tx.deleteFrom('key_canary').execute())
    await expect(openTestKeyRing(storage)).rejects.toMatchObject({ code: 'root_key_wrong' })
  })

  it('makes each first key once when several servers start on an empty database', async () => {
    const [root, databasePlace] = [newRootKey(), await freshPlace()]
    const storages = await Promise.all([1, 2, 3].map(() => openStorage({ place: databasePlace })))
    const rings = await Promise.all(storages.map((storage) => openTestKeyRing(storage, root)))
    expect(new Set(rings.map((ring) => ring.vaultKeyId())).size).toBe(1)
    expect(await rings[0]?.dataKeys()).toHaveLength(2)
  })

  it('loads a key that another server made', async () => {
    const [root, databasePlace] = [newRootKey(), await freshPlace()]
    const [here, there] = [await openStorage({ place: databasePlace }), await openStorage({ place: databasePlace })]
    const [ring, otherRing] = [await openTestKeyRing(here, root), await openTestKeyRing(there, root)]
    const sealed = await there.transaction(async (tx) => {
      const bytes = otherRing.seal(await otherRing.createDataKey(tx, 'realm', 'r1'), secret, place)
      // Asked before the commit: after it the change feed may have brought the key already.
      expect(() => ring.open(bytes, place)).toThrow('not in this database')
      return bytes
    })
    await ring.readyFor(sealed, place)
    expect(Buffer.from(ring.open(sealed, place))).toEqual(secret)
    await expect(ring.ready('nonsense')).rejects.toMatchObject({ code: 'data_key_missing' })
  })

  it('T88 never seals under a key whose transaction failed, whatever it was for', async () => {
    const storage = await openStorage()
    const ring = await openTestKeyRing(storage)
    const old = ring.vaultKeyId()
    const failing = storage.transaction(async (tx) => {
      await ring.retireDataKey(tx, old)
      const phantom = await ring.createDataKey(tx, 'vault', null)
      expect(Buffer.from(ring.open(ring.seal(phantom, secret, place), place))).toEqual(secret)
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(ring.vaultKeyId()).toBe(old)
    const next = await storage.transaction(async (tx) => {
      await ring.retireDataKey(tx, old)
      return ring.createDataKey(tx, 'vault', null)
    })
    await ring.reload()
    expect(ring.vaultKeyId()).toBe(next)
  })

  it('T88 forgets a key that was removed, so that nothing is sealed under it any more', async () => {
    const storage = await openStorage()
    const ring = await openTestKeyRing(storage)
    const keyId = await storage.transaction((tx) => ring.createDataKey(tx, 'realm', 'r1'))
    await storage.transaction((tx) => ring.removeDataKey(tx, keyId))
    await ring.reload()
    expect(() => ring.seal(keyId, secret, place)).toThrow('not in this database')
  })

  it('T87 does not open a data key that was copied over another', async () => {
    const [root, databasePlace] = [newRootKey(), await freshPlace()]
    const storage = await openStorage({ place: databasePlace })
    await openTestKeyRing(storage, root)
    await storage.transaction(async (tx) => {
      const from = tx.selectFrom('data_key').select('sealed_key').where('purpose', '=', 'vault')
      await tx.updateTable('data_key').set({ sealed_key: from }).where('purpose', '=', 'derive').execute()
    })
    await expect(openTestKeyRing(storage, root)).rejects.toMatchObject({ code: 'sealed_unreadable' })
  })
})
