import { describe, expect, it } from 'vitest'
import { breakAudit, loseNextCommit } from '../../support/broken-storage.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { openTestVault } from '../../support/vault.ts'

const everyone = [{ grantee: 'everyone', right: 'reveal' }] as const

async function setUp(engine: TestEngine) {
  const test = await openTestVault(engine)
  const admin = await test.person('admin', { role: 'administrator' })
  const add = (label: string, secretBase32: string) =>
    test.vault.add(admin, { label, secretBase32, lease: 'exclusive', grants: [...everyone] })
  const { id } = await add('AWS', 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
  const [ana, ben] = [await test.person('ana'), await test.person('ben')]
  return { ...test, id, add, ana, ben }
}

describe.each(engines)('a reveal on $name', (engine) => {
  it('T91 law 3, law 4: shows no code while the audit cannot be written, and leases nothing', async () => {
    const { vault, core, id, ana, ben } = await setUp(engine)
    const mend = await breakAudit(core.storage)
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'audit_head_forged' })
    await mend()
    expect(await vault.reveal(ben, id)).toMatchObject({ lease: { mine: true } })
    const { items } = await core.audit.list({ object: id, action: 'account.reveal' })
    expect(items.map(({ actorName }) => actorName)).toEqual(['ben'])
  })

  it('T04 law 7: shows no code whose lease and record were not committed', async () => {
    const { vault, core, id, ana, ben } = await setUp(engine)
    loseNextCommit(core.storage, 'transaction')
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'database_away' })
    expect(await vault.reveal(ben, id)).toMatchObject({ lease: { mine: true } })
  })

  it('T50 law 2: writes no code into the log', async () => {
    const { vault, log, id, ana } = await setUp(engine)
    const { code } = await vault.reveal(ana, id)
    expect(JSON.stringify(log.lines)).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`))
  })

  it('T87 law 6: opens no secret that was copied from another account', async () => {
    const { vault, core, id, ana, add } = await setUp(engine)
    const other = await add('Other', 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU')
    const { sealed_secret } = await core.storage.db
      .selectFrom('account')
      .select('sealed_secret')
      .where('id', '=', other.id)
      .executeTakeFirstOrThrow()
    await core.storage.transaction((tx) =>
      tx.updateTable('account').set({ sealed_secret }).where('id', '=', id).execute(),
    )
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'sealed_unreadable' })
  })
})
