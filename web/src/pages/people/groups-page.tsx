import { Button, Checkbox, Group as Row, Modal, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconUsersGroup } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'wouter'
import { createGroup, type Group, listGroups } from '../../contract.ts'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
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
      <CreateDialog isOpen={isOpen} onClose={dialog.close} />
    </Page>
  )
}

function GroupRow({ group }: { group: Group }) {
  const { t } = useWords()
  return (
    <li className="ww-item">
      <div className="ww-item-main">
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

function CreateDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useWords()
  const act = useAct(createGroup, [listGroups])
  const [name, setName] = useState('')
  const [mayAddAccounts, setMayAdd] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if ((await act.run({ body: { name, mayAddAccounts } })) === null) return
    setName('')
    onClose()
  }
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('groups.add')} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <TextInput
            label={t('word.name')}
            required
            withAsterisk={false}
            maxLength={128}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox
            label={t('groups.mayAdd')}
            checked={mayAddAccounts}
            onChange={(event) => setMayAdd(event.currentTarget.checked)}
          />
          <TroubleNote trouble={act.trouble} />
          <Row justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('do.cancel')}
            </Button>
            <Button type="submit" loading={act.isRunning}>
              {t('do.create')}
            </Button>
          </Row>
        </Stack>
      </form>
    </Modal>
  )
}
