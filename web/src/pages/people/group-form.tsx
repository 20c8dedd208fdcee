import { Button, Checkbox, Group as Row, Select, Stack, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { type Group, listGroups, updateGroup } from '../../contract.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

const roles = ['member', 'auditor', 'administrator'] as const

/** What a group is called and what being in it gives. */
export function GroupForm({ group }: { group: Group }) {
  const { t } = useWords()
  const act = useAct(updateGroup, [listGroups])
  const said = useFieldTexts(act.trouble, ['name', 'role'])
  const { name, role, mayAddAccounts } = group
  const { value, changes, set, settle } = useEdits({ name, role, mayAddAccounts })
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { group: group.id }, body: changes })
    if (done === null) return
    settle()
    notifications.show({ message: t('person.saved') })
  }
  return (
    <Surface>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <TextInput
            label={t('word.name')}
            maxLength={128}
            disabled={group.source === 'oidc'}
            error={said.at.name}
            value={value.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
          />
          <Select
            label={t('groups.role')}
            placeholder={t('groups.noRole')}
            clearable
            data={roles.map((one) => ({ value: one, label: t(`role.${one}`) }))}
            error={said.at.role}
            value={value.role}
            onChange={(chosen) => set({ role: chosen })}
          />
          <Checkbox
            label={t('groups.mayAdd')}
            checked={value.mayAddAccounts}
            onChange={(event) => set({ mayAddAccounts: event.currentTarget.checked })}
          />
          <TroubleNote trouble={act.trouble} isMarked={said.isMarked} />
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
