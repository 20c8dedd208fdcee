import { Button, Checkbox, Group as Row, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'wouter'
import { createGroup, type Group, listGroups } from '../../contract.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

/** Every group, the provider's and our own. */
export function GroupsPage() {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [isOpen, dialog] = useDisclosure(false)
  const groups = useEverything(listGroups)
  return (
    <Page
      title={t('groups.title')}
      lead={t('groups.lead')}
      actions={
        mayAdminister && (
          <Button leftSection={<IconPlus size={17} />} onClick={dialog.open}>
            {t('groups.add')}
          </Button>
        )
      }
    >
      <Faces
        of={groups}
        isEmpty={(all) => all.length === 0}
        empty={<EmptyFace title={t('groups.emptyTitle')} why={t('groups.empty')} icon={<IconUsersGroup size={28} />} />}
      >
        {(all: Group[]) => (
          <ul className="ww-list ww-surface">
            {all.map((group) => (
              <GroupRow key={group.id} group={group} />
            ))}
          </ul>
        )}
      </Faces>
      <Dialog isOpen={isOpen} onClose={dialog.close} title={t('groups.add')}>
        <CreateForm onClose={dialog.close} />
      </Dialog>
    </Page>
  )
}

function GroupRow({ group }: { group: Group }) {
  const { t } = useWords()
  return (
    <li className="ww-item">
      <div className="ww-item-main" data-beside="">
        <Link href={`/groups/${group.id}`} className="ww-plain-link ww-item-title" dir="auto">
          {group.source === 'built-in' ? t('word.everyone') : group.name}
        </Link>
        <div className="ww-quiet ww-small">{t('groups.members', { count: group.memberCount })}</div>
      </div>
      <Row gap="xs">
        {group.role !== null && (
          <span className="ww-tag" data-tone="accent">
            {t(`role.${group.role}`)}
          </span>
        )}
        {group.mayAddAccounts && <span className="ww-tag">{t('groups.mayAdd')}</span>}
        <span className="ww-tag">{t(`source.${group.source}`)}</span>
      </Row>
    </li>
  )
}

function CreateForm({ onClose }: { onClose(): void }) {
  const { t } = useWords()
  const act = useAct(createGroup, [listGroups])
  const said = useFieldTexts(act.trouble, ['name'])
  const [name, setName] = useState('')
  const [mayAddAccounts, setMayAdd] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if ((await act.run({ body: { name, mayAddAccounts } })) !== null) onClose()
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('word.name')}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          error={said.at.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox
          label={t('groups.mayAdd')}
          checked={mayAddAccounts}
          onChange={(event) => setMayAdd(event.currentTarget.checked)}
        />
        <FormEnd act={act} isMarked={said.isMarked} onCancel={onClose}>
          {t('do.create')}
        </FormEnd>
      </Stack>
    </form>
  )
}
