import { ActionIcon, Button, Checkbox, Group as Row, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import {
  addMember,
  deleteGroup,
  type Group,
  listGroups,
  listMembers,
  listPeople,
  type Person,
  removeMember,
  updateGroup,
} from '../../contract.ts'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { FailedFace, Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { troubleWithoutAnswer } from '../../server/trouble.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

const missing = troubleWithoutAnswer('missing')

/** One group: its people and what being in it gives. */
export function GroupPage({ groupId }: { groupId: string }) {
  const groups = useEverything(listGroups)
  return (
    <Faces of={groups}>
      {(all: Group[]) => {
        const group = all.find(({ id }) => id === groupId)
        if (group === undefined) return <FailedFace trouble={missing} onRetry={() => void groups.refetch()} />
        return <Loaded group={group} />
      }}
    </Faces>
  )
}

function Loaded({ group }: { group: Group }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [, navigate] = useLocation()
  const remove = useAct(deleteGroup, [listGroups])
  const isBuiltIn = group.source === 'built-in'
  const confirmDelete = async () => {
    const done = await remove.run({ params: { group: group.id } })
    if (done !== null) navigate('/groups')
    return done !== null
  }
  return (
    <Page title={isBuiltIn ? t('word.everyone') : group.name} lead={t(`source.${group.source}`)} isNarrow>
      {mayAdminister && !isBuiltIn && <GroupForm group={group} />}
      <MembersCard group={group} />
      {mayAdminister && !isBuiltIn && (
        <ConfirmButton
          label={t('do.delete')}
          question={t('group.deleteAsk', { name: group.name })}
          why={t('group.deleteWhy')}
          doIt={t('do.delete')}
          color="red"
          trouble={remove.trouble}
          onConfirm={confirmDelete}
        />
      )}
    </Page>
  )
}

const roles = ['member', 'auditor', 'administrator'] as const

function GroupForm({ group }: { group: Group }) {
  const { t } = useWords()
  const act = useAct(updateGroup, [listGroups])
  const [name, setName] = useState(group.name)
  const [role, setRole] = useState(group.role)
  const [mayAddAccounts, setMayAdd] = useState(group.mayAddAccounts)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const renamed = name === group.name ? {} : { name }
    const done = await act.run({ params: { group: group.id }, body: { ...renamed, role, mayAddAccounts } })
    if (done !== null) notifications.show({ message: t('person.saved') })
  }
  return (
    <Surface>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <TextInput
            label={t('word.name')}
            maxLength={128}
            disabled={group.source === 'oidc'}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('groups.role')}
            placeholder={t('groups.noRole')}
            clearable
            data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
            value={role}
            onChange={setRole}
          />
          <Checkbox
            label={t('groups.mayAdd')}
            checked={mayAddAccounts}
            onChange={(event) => setMayAdd(event.currentTarget.checked)}
          />
          <TroubleNote trouble={act.trouble} />
          <Row justify="flex-end">
            <Button type="submit" loading={act.isRunning}>
              {t('do.save')}
            </Button>
          </Row>
        </Stack>
      </form>
    </Surface>
  )
}

function MembersCard({ group }: { group: Group }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const isOurs = group.source === 'local'
  const members = useEverything(listMembers, { params: { group: group.id } }, { enabled: group.source !== 'built-in' })
  const remove = useAct(removeMember, [listMembers, listGroups])
  if (group.source === 'built-in') return <Note tone="info">{t('group.everyone')}</Note>
  return (
    <Surface title={t('group.members')} lead={isOurs ? undefined : t('group.fromProvider')} isFlush>
      {isOurs && mayAdminister && <AddMember group={group} present={members.data ?? []} />}
      <TroubleNote trouble={remove.trouble} />
      <Faces
        of={members}
        isEmpty={(all) => all.length === 0}
        empty={<p className="ww-item ww-quiet">{t('group.membersEmpty')}</p>}
      >
        {(all: Person[]) => (
          <ul className="ww-list">
            {all.map((person) => (
              <li key={person.id} className="ww-item">
                <Link href={`/people/${person.id}`} className="ww-plain-link ww-item-main" dir="auto">
                  {person.displayName || person.username}
                </Link>
                {isOurs && mayAdminister && (
                  <ActionIcon
                    aria-label={t('do.remove', { name: person.displayName || person.username })}
                    onClick={() => void remove.run({ params: { group: group.id, person: person.id } })}
                  >
                    <IconX size={16} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
        )}
      </Faces>
    </Surface>
  )
}

function AddMember({ group, present }: { group: Group; present: readonly Person[] }) {
  const { t } = useWords()
  const people = useEverything(listPeople)
  const act = useAct(addMember, [listMembers, listGroups])
  const inside = new Set(present.map(({ id }) => id))
  const data = (people.data ?? [])
    .filter(({ id }) => !inside.has(id))
    .map(({ id, displayName, username }) => ({ value: id, label: displayName || username }))
  return (
    <div style={{ padding: '0 1.25rem 1rem' }}>
      <Select
        aria-label={t('group.addMember')}
        placeholder={t('group.addMember')}
        searchable
        limit={100}
        data={data}
        value={null}
        onChange={(person) => person !== null && void act.run({ params: { group: group.id, person } })}
      />
      <TroubleNote trouble={act.trouble} />
    </div>
  )
}
