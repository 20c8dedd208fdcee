import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { listPeople, type Person, readPerson, updatePerson } from '../../contract.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

const roles = ['member', 'auditor', 'administrator'] as const

/** What an administrator may change about a person. */
export function PersonForm({ person }: { person: Person }) {
  const { t } = useWords()
  const act = useAct(updatePerson, [readPerson, listPeople])
  const said = useFieldTexts(act.trouble, ['displayName', 'email', 'role'])
  const { displayName, email, role } = person
  const { value, changes, set, settle } = useEdits({ displayName, email, role })
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { person: person.id }, body: changes })
    if (done === null) return
    settle()
    notifications.show({ message: t('person.saved') })
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack>
        <TextInput
          label={t('people.displayName')}
          error={said.at.displayName}
          value={value.displayName}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label={t('people.email')}
          type="email"
          error={said.at.email}
          value={value.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <Select
          label={t('people.role')}
          data={roles.map((name) => ({ value: name, label: t(`role.${name}`) }))}
          allowDeselect={false}
          error={said.at.role}
          value={value.role}
          onChange={(name) => name !== null && set({ role: name })}
        />
        <TroubleNote trouble={act.trouble} isMarked={said.isMarked} />
        <Group justify="flex-end">
          <Button type="submit" loading={act.isRunning}>
            {t('do.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
