import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { listPeople, type Person, readPerson, updatePerson } from '../../contract.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

const roles = ['member', 'auditor', 'administrator'] as const

/** What an administrator may change about a person. */
export function PersonForm({ person }: { person: Person }) {
  const { t } = useWords()
  const act = useAct(updatePerson, [readPerson, listPeople])
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
          value={value.displayName}
          onChange={(event) => set({ displayName: event.currentTarget.value })}
        />
        <TextInput
          label={t('people.email')}
          type="email"
          value={value.email}
          onChange={(event) => set({ email: event.currentTarget.value })}
        />
        <Select
          label={t('people.role')}
          data={roles.map((name) => ({ value: name, label: t(`role.${name}`) }))}
          allowDeselect={false}
          value={value.role}
          onChange={(name) => name !== null && set({ role: name })}
        />
        <TroubleNote trouble={act.trouble} />
        <Group justify="flex-end">
          <Button type="submit" loading={act.isRunning}>
            {t('do.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
