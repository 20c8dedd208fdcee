import { describe, expect, it } from 'vitest'
import type { IntakeBegin } from '../../../src/api/intake.ts'
import { engines } from '../../support/engines.ts'
import { openTestVault } from '../../support/vault.ts'

const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const grants = [{ grantee: 'everyone', right: 'reveal' }] as const

describe.each(engines)('the intake of a root account on $name', (engine) => {
  async function setUp(intake: IntakeBegin = { readers: ['cato'] }) {
    const test = await openTestVault(engine)
    const loader = await test.person('livia', { role: 'administrator' })
    const cato = await test.person('cato')
    const manager = await test.person('nero', { role: 'administrator' })
    const { id } = await test.vault.add(loader, { label: 'AWS', secretBase32, grants: [...grants], intake })
    return { ...test, loader, cato, manager, id }
  }
  const refused = (code: string) => ({ code })

  it('keeps the time the secret was loaded, goes on with another person, and is in the audit as it was', async () => {
    const { vault, core, clock, loader, cato, manager, id } = await setUp()
    const loadedAtMs = clock.nowMs()
    clock.advance(60_000)
    await vault.noteIntake(loader, id, { step: 'registered' })
    clock.advance(86_400_000)
    await vault.noteIntake(manager, id, { step: 'rotated', by: ' Cato ' })
    const rotatedAtMs = clock.nowMs()
    clock.advance(60_000)
    await vault.reveal(cato, id)
    const { intake } = await vault.noteIntake(manager, id, { step: 'checked' })
    const done = { loader: 'livia', loadedAtMs, registeredAtMs: loadedAtMs + 60_000, rotatedBy: ' Cato ', rotatedAtMs }
    expect(intake).toEqual({ readers: ['cato'], ...done, shownTo: 'cato', checkedAtMs: clock.nowMs() })
    const { items } = await core.audit.list({ object: id, action: 'account.intake' })
    expect(items.map(({ detail, actorName }) => [detail?.['step'], actorName])).toEqual([
      ['checked', 'nero'],
      ['rotated', 'nero'],
      ['registered', 'livia'],
      ['loaded', 'livia'],
    ])
    expect(items.at(-1)?.detail).toMatchObject({ readers: ['cato'] })
  })

  it('takes no code of the loader, none from before the change, and no refusal for the second login', async () => {
    const { vault, clock, loader, cato, id } = await setUp()
    await vault.noteIntake(loader, id, { step: 'registered' })
    await vault.reveal(cato, id)
    clock.advance(60_000)
    await vault.noteIntake(loader, id, { step: 'rotated', by: 'cato' })
    clock.advance(1000)
    await vault.reveal(loader, id)
    await expect(vault.reveal(cato, 'none')).rejects.toMatchObject(refused('account_not_found'))
    expect(await vault.intake(loader, id)).toMatchObject({ mayCheck: false })
    await expect(vault.noteIntake(loader, id, { step: 'checked' })).rejects.toMatchObject(refused('intake_not_checked'))
    await vault.reveal(cato, id)
    expect(await vault.intake(loader, id)).toMatchObject({ mayCheck: true })
  })

  it('lets no step be skipped or noted twice, and keeps loader and password apart', async () => {
    const { vault, loader, cato, id } = await setUp()
    const note = (step: 'registered' | 'rotated' | 'checked', by?: string) => vault.noteIntake(loader, id, { step, by })
    await expect(note('rotated', 'cato')).rejects.toMatchObject(refused('intake_step_order'))
    await note('registered')
    await expect(note('registered')).rejects.toMatchObject(refused('intake_step_order'))
    await expect(note('rotated')).rejects.toMatchObject(refused('intake_rotated_by_missing'))
    await expect(note('rotated', 'LIVIA ')).rejects.toMatchObject(refused('intake_same_person'))
    await expect(vault.noteIntake(cato, id, { step: 'rotated', by: 'cato' })).rejects.toMatchObject(
      refused('forbidden'),
    )
    await expect(vault.intake(cato, id)).rejects.toMatchObject(refused('forbidden'))
  })

  it('stores no secret for a loader who reads the mailbox, unless an exception says why', async () => {
    const { vault, loader, manager, id } = await setUp({ readers: ['Livia'], exception: 'alone in the office' })
    expect(await vault.intake(loader, id)).toMatchObject({ intake: { exception: 'alone in the office' } })
    const again = { label: 'two', secretBase32, allowDuplicate: true, intake: { readers: ['nero'] } }
    await expect(vault.add(manager, again)).rejects.toMatchObject(refused('intake_loader_reads'))
    expect((await vault.list(manager, {})).items).toHaveLength(1)
    const plain = await vault.add(manager, { label: 'three', secretBase32, allowDuplicate: true })
    expect(await vault.intake(manager, plain.id)).toEqual({ intake: null, mayCheck: false })
  })
})
