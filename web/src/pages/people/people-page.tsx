import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link } from 'wouter'
import { createPerson, listPeople, type Person } from '../../contract.ts'
import { Dialog, ShownOnce } from '../../parts/dialog.tsx'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, usePages } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { type SetupLink, SetupLinkNote } from './setup-link-note.tsx'

/** Who may log in. */
export function PeoplePage() {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [isOpen, dialog] = useDisclosure(false)
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, 150)
  const query = { limit: 500, ...(search === '' ? {} : { search }) }
  const people = usePages(listPeople, { query })
  return (
    <Page
      title={t('people.title')}
      lead={t('people.lead')}
      actions={
        mayAdminister && (
          <Button leftSection={<IconPlus size={17} />} onClick={dialog.open}>
            {t('people.add')}
          </Button>
        )
      }
    >
      <TextInput
        data-filter=""
        type="search"
        mb="md"
        aria-label={t('people.filter')}
        placeholder={t('people.filter')}
        leftSection={<IconSearch size={17} />}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Faces
        of={people.list}
        isEmpty={(items) => items.length === 0}
        empty={<EmptyFace title={t('codes.noMatchTitle')} icon={<IconSearch size={28} />} />}
      >
        {(items) => (
          <ul className="ww-list ww-surface">
            {items.map((person) => (
              <PersonRow key={person.id} person={person} />
            ))}
          </ul>
        )}
      </Faces>
      {people.hasMore && (
        <Button mt="md" variant="default" loading={people.isLoadingMore} onClick={people.more}>
          {t('do.more')}
        </Button>
      )}
      <Dialog isOpen={isOpen} onClose={dialog.close} title={t('people.add')}>
        <InviteForm onClose={dialog.close} />
      </Dialog>
    </Page>
  )
}

function PersonRow({ person }: { person: Person }) {
  const { t } = useWords()
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <Link href={`/people/${person.id}`} className="ww-plain-link ww-item-title" dir="auto">
          {person.displayName || person.username}
        </Link>
        <div className="ww-quiet ww-small" dir="auto">
          {[person.displayName === '' ? '' : person.username, person.email].filter(Boolean).join(' · ')}
        </div>
      </div>
      <Group gap="xs">
        {!person.enabled && (
          <span className="ww-tag" data-tone="warn">
            {t('person.disabled')}
          </span>
        )}
        <span className="ww-tag">{t(`source.${person.source}`)}</span>
        <span className="ww-tag" data-tone={person.role === 'member' ? '' : 'accent'}>
          {t(`role.${person.role}`)}
        </span>
      </Group>
    </li>
  )
}

const roles = ['member', 'auditor', 'administrator'] as const

function InviteForm({ onClose }: { onClose(): void }) {
  const { t } = useWords()
  const act = useAct(createPerson, [listPeople])
  const said = useFieldTexts(act.trouble, ['username', 'displayName'])
  const [username, setUsername] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [role, setRole] = useState<(typeof roles)[number]>('member')
  const [link, setLink] = useState<SetupLink | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { username, role, ...(displayName === '' ? {} : { displayName }) } })
    if (done !== null) setLink(done.answer)
  }
  if (link !== null) {
    return (
      <ShownOnce>
        <Stack>
          <SetupLinkNote link={link} name={displayName || username} />
          <Button onClick={onClose}>{t('do.done')}</Button>
        </Stack>
      </ShownOnce>
    )
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('people.username')}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          error={said.at.username}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <TextInput
          label={`${t('people.displayName')} (${t('word.optional')})`}
          error={said.at.displayName}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
        />
        <Select
          label={t('people.role')}
          data={roles.map((name) => ({ value: name, label: t(`role.${name}`) }))}
          allowDeselect={false}
          value={role}
          onChange={(name) => name !== null && setRole(name)}
        />
        <FormEnd act={act} isMarked={said.isMarked} onCancel={onClose}>
          {t('people.add')}
        </FormEnd>
      </Stack>
    </form>
  )
}
