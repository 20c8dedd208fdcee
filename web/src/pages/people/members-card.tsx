import { ActionIcon, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { Link } from 'wouter'
import {
  addMember,
  type Group,
  listGroups,
  listMembers,
  listPeople,
  type Person,
  removeMember,
} from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

/** Who is in a group; only people of our own groups come and go here. */
export function MembersCard({ group }: { group: Group }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const isOurs = group.source === 'local'
  const members = useEverything(listMembers, { params: { group: group.id } }, { enabled: group.source !== 'built-in' })
  if (group.source === 'built-in') return <Note tone="info">{t('group.everyone')}</Note>
  return (
    <Surface title={t('group.members')} lead={isOurs ? undefined : t('group.fromProvider')} isFlush>
      {isOurs && mayAdminister && <AddMember group={group} present={members.data ?? []} />}
      <Faces
        of={members}
        isEmpty={(all) => all.length === 0}
        empty={<p className="ww-item ww-quiet">{t('group.membersEmpty')}</p>}
      >
        {(all: Person[]) => (
          <ul className="ww-list">
            {all.map((person) => (
              <MemberRow key={person.id} group={group} person={person} mayRemove={isOurs && mayAdminister} />
            ))}
          </ul>
        )}
      </Faces>
    </Surface>
  )
}

interface MemberRowProps {
  readonly group: Group
  readonly person: Person
  readonly mayRemove: boolean
}

function MemberRow({ group, person, mayRemove }: MemberRowProps) {
  const { t } = useWords()
  const act = useAct(removeMember, [listMembers, listGroups])
  const name = person.displayName || person.username
  return (
    <li className="ww-item">
      <div className="ww-item-main" data-beside="">
        <Link href={`/people/${person.id}`} className="ww-plain-link" dir="auto">
          {name}
        </Link>
        <TroubleNote trouble={act.trouble} />
      </div>
      {mayRemove && (
        <ActionIcon
          aria-label={t('do.remove', { name })}
          loading={act.isRunning}
          onClick={() => void act.run({ params: { group: group.id, person: person.id } })}
        >
          <IconX size={16} />
        </ActionIcon>
      )}
    </li>
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
    <div style={{ padding: '0 var(--ww-inset) 1rem' }}>
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
