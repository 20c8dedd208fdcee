import { describe, expect, it } from 'vitest'
import { totp } from '../../../src/otp/totp.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import type { Static } from 'typebox'
import type { AccountCreate } from '../../../src/api/accounts.ts'
import type { Page, PageWish } from '../../../src/server/http/cursor.ts'
import { engines } from '../../support/engines.ts'
import { openTestVault, testService } from '../../support/vault.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const otherBase32 = 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU'
const secret = decodeBase32(secretBase32)
const uri = `otpauth://totp/AWS:root@example.com?secret=${secretBase32}&issuer=AWS`

describe.each(engines)('accounts on $name', (engine) => {
  async function setUp() {
    const test = await openTestVault(engine)
    const admin = await test.person('admin', { role: 'administrator' })
    const ana = await test.person('ana')
    return { ...test, admin, ana }
  }

  it('adds an account from a URI, and its code is RFC 6238', async () => {
    const { vault, admin, ana, clock } = await setUp()
    const account = await vault.add(admin, { uri, grants: [{ grantee: 'person', granteeId: 'ana', right: 'reveal' }] })
    expect(account).toMatchObject({ label: 'AWS (root@example.com)', issuer: 'AWS', mayManage: true, mayReveal: false })

    const revealed = await vault.reveal(ana, account.id)
    expect(revealed.code).toBe(totp(secret, clock.nowMs()))
    expect(revealed.validFromMs).toBeLessThanOrEqual(clock.nowMs())
    expect(revealed.validUntilMs - revealed.validFromMs).toBe(30_000)
    expect(revealed.step).toBe(Math.floor(clock.nowMs() / 30_000))
  })

  it('T86 refuses a code to the administrator who added it until they grant it to themselves', async () => {
    const { vault, admin, core } = await setUp()
    const { id } = await vault.add(admin, { uri })
    await expect(vault.reveal(admin, id)).rejects.toMatchObject({ code: 'reveal_not_granted' })
    await vault.grant(admin, id, { grantee: 'person', granteeId: 'admin', right: 'reveal' })
    await expect(vault.reveal(admin, id)).resolves.toHaveProperty('code')

    const { items } = await core.audit.list({ object: id })
    expect(items.map(({ action, outcome }) => `${action} ${outcome}`).toReversed()).toEqual([
      'account.create done',
      'account.grant.create done',
      'account.reveal denied',
      'account.grant.create done',
      'account.reveal accepted',
    ])
  })

  it('hides an account from who has no grant, as if it did not exist', async () => {
    const { vault, admin, ana, core } = await setUp()
    const { id } = await vault.add(admin, { uri })
    const asks = [vault.read(ana, id), vault.reveal(ana, id), vault.update(ana, id, {}), vault.grants(ana, id, {})]
    for (const asked of await Promise.allSettled(asks)) {
      expect(asked).toMatchObject({ status: 'rejected', reason: { code: 'account_not_found' } })
    }
    await expect(vault.reveal(ana, 'no-such')).rejects.toMatchObject({ code: 'account_not_found' })
    expect((await vault.list(ana, {})).items).toEqual([])
    const { items } = await core.audit.list({ action: 'account.reveal' })
    expect(items.every(({ objectId }) => objectId === id || objectId.startsWith('unknown:'))).toBe(true)
    expect(items).toHaveLength(2)
  })

  it('T96 ends a grant at the next request', async () => {
    const { vault, admin, ana, clock } = await setUp()
    const { id } = await vault.add(admin, { uri })
    const untilMs = clock.nowMs() + 60_000
    await vault.grant(admin, id, { grantee: 'person', granteeId: 'ana', right: 'reveal', expiresAtMs: untilMs })
    await vault.reveal(ana, id)
    clock.set(untilMs)
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'account_not_found' })

    const lasting = await vault.grant(admin, id, { grantee: 'everyone', right: 'reveal' })
    await vault.reveal(ana, id)
    await vault.ungrant(admin, id, lasting.id)
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'account_not_found' })
  })

  it('grants to groups by name and shows who has what', async () => {
    const { vault, admin, ana, group } = await setUp()
    const platform = await group('platform')
    const { id } = await vault.add(admin, {
      uri,
      grants: [{ grantee: 'group', granteeId: 'platform', right: 'reveal' }],
    })
    await expect(vault.reveal({ ...ana, groupIds: ['everyone', platform] }, id)).resolves.toHaveProperty('code')
    const { items: grants } = await vault.grants(admin, id, {})
    expect(grants).toMatchObject([
      { grantee: 'person', granteeName: 'admin', right: 'manage' },
      { grantee: 'group', granteeName: 'platform', right: 'reveal' },
    ])
    await expect(
      vault.grant(admin, id, { grantee: 'group', granteeId: 'nobody', right: 'reveal' }),
    ).rejects.toMatchObject({ code: 'grant_grantee_unknown' })
  })

  it('T41 lets whoever manages one account find out by few wrong names alone who is here', async () => {
    const { vault, admin, ana, clock, person } = await setUp()
    await person('ben')
    const { id } = await vault.add(admin, { uri, grants: [{ grantee: 'person', granteeId: 'ana', right: 'manage' }] })
    const grant = (actor: typeof ana, granteeId: string) =>
      vault.grant(actor, id, { grantee: 'person', granteeId, right: 'reveal' }).then(
        () => 'granted',
        (error: unknown) => (error as { code: string }).code,
      )
    for (let count = 0; count < 12; count += 1) expect(await grant(ana, 'ben')).toBe('granted')
    const names = Array.from({ length: 30 }, (_, index) => `nobody ${index}`)
    const answers = await Promise.all(names.map((name) => grant(ana, name)))
    expect(answers.filter((answer) => answer === 'grant_grantee_unknown')).toHaveLength(10)
    expect(answers.filter((answer) => answer === 'grant_names_spent')).toHaveLength(20)
    expect([await grant(ana, 'ben'), await grant(ana, 'nobody')]).toEqual(['grant_names_spent', 'grant_names_spent'])
    expect([await grant(admin, 'ben'), await grant(admin, 'nobody')]).toEqual(['granted', 'grant_grantee_unknown'])
    clock.advance(6 * 60_000)
    expect(await grant(ana, 'ben')).toBe('granted')
  })

  it('refuses a secret that is stored already, and names the account only to who may see it', async () => {
    const { vault, admin, person } = await setUp()
    await vault.add(admin, { uri })
    await expect(vault.add(admin, { secretBase32, label: 'Again' })).rejects.toThrow(
      /stored as AWS \(root@example.com\)/,
    )
    const adder = await person('eva', { mayAddAccounts: true })
    await expect(vault.add(adder, { secretBase32, label: 'Again' })).rejects.toThrow(/in an account you may not see/)
    const again = await vault.add(adder, { secretBase32, label: 'Again', allowDuplicate: true })
    expect(again.warnings).toHaveLength(1)
  })

  it('T55 keeps the secret when what is said of the account changes', async () => {
    const { vault, admin, ana, clock } = await setUp()
    const { id } = await vault.add(admin, { uri, grants: [{ grantee: 'everyone', right: 'reveal' }] })
    const changed = await vault.update(admin, id, {
      label: 'Root of prod',
      issuer: 'Amazon',
      tags: ['prod', ' prod ', ''],
    })
    expect(changed).toMatchObject({ label: 'Root of prod', issuer: 'Amazon', tags: ['prod'] })
    expect((await vault.reveal(ana, id)).code).toBe(totp(secret, clock.nowMs()))
  })

  it('replaces the secret against a proof code, and takes it back', async () => {
    const { vault, admin, ana, clock } = await setUp()
    const { id } = await vault.add(admin, { uri, grants: [{ grantee: 'everyone', right: 'reveal' }] })
    await expect(
      vault.replaceSecret(admin, id, { secretBase32: otherBase32, proofCode: '000000' }),
    ).rejects.toMatchObject({ code: 'account_proof_wrong' })

    const other = decodeBase32(otherBase32)
    const replaced = await vault.replaceSecret(admin, id, {
      secretBase32: otherBase32,
      proofCode: totp(other, clock.nowMs() - 30_000),
    })
    expect(replaced.undoUntilMs).toBeGreaterThan(clock.nowMs())
    expect((await vault.reveal(ana, id)).code).toBe(totp(other, clock.nowMs()))
    expect((await vault.reveal(ana, id, { previous: true })).code).toBe(totp(secret, clock.nowMs()))

    await vault.undoReplacement(admin, id)
    expect((await vault.reveal(ana, id)).code).toBe(totp(secret, clock.nowMs()))
    await expect(vault.undoReplacement(admin, id)).rejects.toMatchObject({ code: 'account_no_previous_secret' })
    expect((await vault.custody(admin, id, {})).items.map(({ secretVersion }) => secretVersion)).toEqual([3, 2, 1])
  })

  it('forgets the secret before when its time is over', async () => {
    const { vault, admin, clock, core } = await setUp()
    const { id } = await vault.add(admin, { uri })
    await vault.replaceSecret(admin, id, { secretBase32: otherBase32 })
    clock.advance(7 * 24 * 3_600_000)
    await expect(vault.undoReplacement(admin, id)).rejects.toMatchObject({ code: 'account_no_previous_secret' })
    await vault.purge()
    const row = await core.storage.db.selectFrom('account').select('previous_secret').executeTakeFirstOrThrow()
    expect(row.previous_secret).toBeNull()
  })

  it('deletes with a way back, then for good', async () => {
    const { vault, admin, ana, clock, core } = await setUp()
    const { id } = await vault.add(admin, { uri, grants: [{ grantee: 'everyone', right: 'reveal' }] })
    await vault.remove(admin, id)
    await expect(vault.reveal(ana, id)).rejects.toMatchObject({ code: 'account_not_found' })
    await expect(vault.read(ana, id)).rejects.toMatchObject({ code: 'account_not_found' })
    expect((await vault.list(admin, { deleted: true })).items).toHaveLength(1)
    const changes = [
      vault.update(admin, id, { label: 'Other' }),
      vault.grant(admin, id, { grantee: 'person', granteeId: 'ana', right: 'manage' }),
    ]
    const refused = { status: 'rejected', reason: { code: 'account_deleted' } }
    expect(await Promise.allSettled(changes)).toMatchObject([refused, refused])
    await vault.restore(admin, id)
    await vault.reveal(ana, id)

    await vault.remove(admin, id)
    clock.advance(7 * 24 * 3_600_000)
    await expect(vault.restore(admin, id)).rejects.toMatchObject({ code: 'account_undo_over' })
    await vault.purge()
    await expect(vault.read(admin, id)).rejects.toMatchObject({ code: 'account_not_found' })
    const { items } = await core.audit.list({ object: id })
    expect(items.map(({ action }) => action)).toContain('account.purge')
    expect((await core.audit.verify()).problems).toEqual([])
  })

  it('finds accounts by every word, by tag, favourites first, page by page', async () => {
    const { vault, admin, ana } = await setUp()
    for (let index = 0; index < 12; index++) {
      await vault.add(admin, {
        label: `Account ${String(index).padStart(2, '0')} 100%_\\`,
        secretBase32: otherBase32,
        allowDuplicate: true,
        tags: index % 2 === 0 ? ['even', 'a"b'] : ['odd'],
        ...(index === 5 ? {} : { grants: [{ grantee: 'everyone', right: 'reveal' }] }),
      })
    }
    const labels: string[] = []
    let cursor: string | undefined
    do {
      const page = await vault.list(ana, { limit: 5, cursor })
      labels.push(...page.items.map(({ label }) => label.slice(8, 10)))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(labels).toEqual(['00', '01', '02', '03', '04', '06', '07', '08', '09', '10', '11'])

    expect((await vault.list(ana, { tag: 'odd' })).items).toHaveLength(5)
    expect((await vault.list(ana, { tag: 'a"b' })).items).toHaveLength(6)
    expect((await vault.list(ana, { tag: 'eve' })).items).toHaveLength(0)
    expect((await vault.list(ana, { search: 'ACCOUNT 07' })).items).toHaveLength(1)
    expect((await vault.list(ana, { search: '100%_\\' })).items).toHaveLength(11)
    expect((await vault.list(ana, { search: '1%2' })).items).toHaveLength(0)

    const nine = (await vault.list(ana, { search: '09' })).items[0]?.id ?? ''
    await vault.favourite(ana, nine, true)
    expect((await vault.list(ana, {})).items[0]).toMatchObject({ id: nine, favourite: true })
    const second = await vault.list(ana, { limit: 1, cursor: (await vault.list(ana, { limit: 1 })).nextCursor })
    expect(second.items[0]?.label).toMatch(/^Account 00/)
    await vault.favourite(ana, nine, false)
    expect((await vault.list(ana, {})).items[0]?.favourite).toBe(false)
    await expect(vault.list(ana, { cursor: 'x' })).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('shows a token only the accounts its scopes name', async () => {
    const { vault, admin, ana } = await setUp()
    const everyone = [{ grantee: 'everyone', right: 'reveal' }] as const
    const first = await vault.add(admin, { label: 'A', secretBase32, grants: [...everyone] })
    const second = await vault.add(admin, { label: 'B', secretBase32: otherBase32, grants: [...everyone] })
    const seen = async (actor: Parameters<typeof vault.list>[0]) =>
      (await vault.list(actor, {})).items.map(({ id }) => id)
    expect(await seen({ ...ana, tokenId: 't', scopes: [`reveal:${first.id}`] })).toEqual([first.id])
    expect(await seen(testService(`reveal:${second.id}`))).toEqual([second.id])
    expect(await seen(testService('reveal:*'))).toEqual([first.id, second.id])
    expect(await seen(testService('verify:x'))).toEqual([])
  })

  it('T98 refuses input that cannot be right, and stores nothing', async () => {
    const { vault, admin } = await setUp()
    const wrong = [
      [{ label: 'x' }, 'account_secret_missing'],
      [{ secretBase32: 'JBSWY1', label: 'x' }, 'otp_secret_not_base32'],
      [{ secretBase32 }, 'account_label_missing'],
      [{ uri, digits: 3 }, 'otp_digits_out_of_range'],
      [{ uri, digits: 11 }, 'otp_digits_out_of_range'],
      [{ uri, periodSeconds: 0 }, 'otp_period_out_of_range'],
      [{ uri, periodSeconds: 86_401 }, 'otp_period_out_of_range'],
      [{ uri: 'https://example.com' }, 'otp_uri_unreadable'],
      [{ uri, url: 'javascript:alert(1)' }, 'account_url_not_http'],
      [{ uri, label: 'two\nlines' }, 'account_text_unprintable'],
      [{ uri, grants: [{ grantee: 'person', right: 'reveal' }] }, 'grant_grantee_unknown'],
      [{ uri, grants: [{ grantee: 'everyone', right: 'reveal', expiresAtMs: 1 }] }, 'grant_expiry_past'],
    ] satisfies [Static<typeof AccountCreate>, string][]
    for (const [given, code] of wrong) {
      await expect(vault.add(admin, given)).rejects.toMatchObject({ code })
    }
    expect((await vault.list(admin, {})).items).toEqual([])
  })

  it('lets only who may add add', async () => {
    const { vault, ana } = await setUp()
    await expect(vault.add(ana, { uri })).rejects.toMatchObject({ code: 'forbidden' })
    await expect(vault.add({ kind: 'stranger', address: '' }, { uri })).rejects.toMatchObject({ code: 'login_needed' })
  })

  it('puts accounts on the rotate list when somebody leaves who could have seen their secret', async () => {
    const { vault, core, admin, ana, person, group } = await setUp()
    const eva = await person('eva', { mayAddAccounts: true })
    const platform = await group('platform')
    const shared = await vault.add(eva, { uri, grants: [{ grantee: 'group', granteeId: platform, right: 'reveal' }] })
    const own = await vault.add(eva, { secretBase32: otherBase32, label: 'Own' })
    const leave = (leaver: { personId: string; group: { id: string; name: string } | null }) =>
      core.storage.transaction((tx) => vault.noteLeaver(tx, admin, { personName: 'eva', ...leaver }))
    const due = async () => (await vault.rotations(admin, {})).items.map(({ id, rotateReason }) => [id, rotateReason])

    expect(await leave({ personId: ana.personId, group: null })).toBe(0)
    await leave({ personId: eva.personId, group: { id: platform, name: 'platform' } })
    expect(await due()).toEqual([[shared.id, 'eva left the group platform']])
    await leave({ personId: eva.personId, group: null })
    expect(new Set((await due()).map(([id]) => id))).toEqual(new Set([shared.id, own.id]))

    await vault.replaceSecret(admin, shared.id, { secretBase32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' })
    expect(await due()).toEqual([[own.id, 'eva left']])
    expect(await vault.rotations(ana, {})).toEqual({ items: [] })
  })

  it('lists grants, custody and rotations page by page, each item once', async () => {
    const { vault, core, admin, ana, person } = await setUp()
    const eva = await person('eva', { mayAddAccounts: true })
    const keys = ['GEZDGNBVGY3TQOJQ', 'MFRGGZDFMZTWQ2LK', 'NNWG23TPOBYXE43U', 'JBSWY3DPEHPK3PXP', 'KRSXG5CTMVRXEZLU']
    const ids: string[] = []
    for (const key of keys) ids.push((await vault.add(eva, { label: key, secretBase32: key })).id)
    const [first = '', second = ''] = ids
    await vault.grant(eva, first, { grantee: 'everyone', right: 'reveal' })
    await vault.grant(eva, second, { grantee: 'person', granteeId: 'ana', right: 'manage' })
    for (const name of ['ana', 'admin'])
      await vault.grant(eva, first, { grantee: 'person', granteeId: name, right: 'reveal' })
    await vault.replaceSecret(eva, first, { secretBase32: otherBase32 })
    await vault.replaceSecret(eva, first, { secretBase32 })
    await core.storage.transaction((tx) =>
      vault.noteLeaver(tx, admin, { personId: eva.personId, personName: 'eva', group: null }),
    )

    const inPages = async <Item>(read: (page: PageWish) => Promise<Page<Item>>) => {
      const pages: Page<Item>[] = [await read({ limit: 1 })]
      for (let cursor = pages[0]?.nextCursor; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
        pages.push(await read({ limit: 1, cursor }))
      }
      expect(pages.every(({ items }) => items.length === 1)).toBe(true)
      const whole = await read({})
      expect(pages.flatMap(({ items }) => items)).toEqual(whole.items)
      return whole.items.length
    }
    expect(await inPages((page) => vault.grants(admin, first, page))).toBe(4)
    expect(await inPages((page) => vault.custody(admin, first, page))).toBe(3)
    expect(await inPages((page) => vault.rotations(admin, page))).toBe(keys.length)
    expect(await inPages((page) => vault.rotations(ana, page)), 'one, wherever it stands on the list').toBe(1)
    await expect(vault.grants(admin, first, { cursor: 'eA' })).rejects.toMatchObject({ code: 'bad_request' })
  })

  it('gives no two live accounts one public key, also when both are restored at once', async () => {
    const { vault, admin, core } = await setUp()
    const ids: string[] = []
    for (const key of [secretBase32, otherBase32]) {
      const { id } = await vault.add(admin, { label: 'Root', identifier: '123', secretBase32: key })
      await vault.remove(admin, id)
      ids.push(id)
    }
    await Promise.all(ids.map((id) => vault.restore(admin, id)))
    const rows = await core.storage.db.selectFrom('account').select('public_key').execute()
    expect(new Set(rows.map(({ public_key }) => public_key)).size).toBe(2)
  })
})
