import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { listRotations } from '../../../src/api/accounts.ts'
import {
  addMember,
  createGroup,
  createPerson,
  deleteGroup,
  removeMember,
  updatePerson,
} from '../../../src/api/people.ts'
import { openStoreClient } from '../../../src/cli/admin/store-client.ts'
import { openStoreRooms } from '../../../src/cli/admin/store-rooms.ts'
import type { PersonActor } from '../../../src/server/http/actor.ts'

async function setUp() {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-leavers-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const rooms = await openStoreRooms({}, { dataDir }, { schema: 'begin' })
  const { client, close } = await openStoreClient({}, { dataDir })
  onTestFinished(async () => {
    await close()
    await rooms.stop()
    await rooms.core.close()
  })
  const { person } = await client.call(createPerson, { body: { username: 'eva' } })
  const group = await client.call(createGroup, { body: { name: 'platform', mayAddAccounts: true } })
  await client.call(addMember, { params: { group: group.id, person: person.id } })
  const eva: PersonActor = {
    kind: 'person',
    personId: person.id,
    username: 'eva',
    role: 'member',
    groupIds: ['everyone', group.id],
    mayAddAccounts: true,
    address: '',
    sessionId: 's',
    factors: 'two',
    authenticatedAtMs: Date.now(),
  }
  const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const grants = [{ grantee: 'group', granteeId: group.id, right: 'reveal' } as const]
  await rooms.vault.add(eva, { label: 'Shared', secretBase32, grants })
  await rooms.vault.add(eva, { label: 'Own', secretBase32, allowDuplicate: true })
  const due = async () =>
    Object.fromEntries((await client.call(listRotations)).items.map(({ label, rotateReason }) => [label, rotateReason]))
  return { client, person, group, due }
}

it('whoever leaves a group or is disabled leaves the secrets they knew on the rotate list', async () => {
  const { client, person, group, due } = await setUp()
  expect(await due()).toEqual({})
  await client.call(removeMember, { params: { group: group.id, person: person.id } })
  expect(await due()).toEqual({ Shared: 'eva left the group platform' })
  await client.call(updatePerson, { params: { person: person.id }, body: { enabled: false } })
  expect(await due()).toEqual({ Own: 'eva left', Shared: 'eva left the group platform' })
})

it('a group that is deleted leaves what its members knew through it on the rotate list', async () => {
  const { client, group, due } = await setUp()
  await client.call(deleteGroup, { params: { group: group.id } })
  expect(await due()).toEqual({ Shared: 'eva left the group platform' })
})
