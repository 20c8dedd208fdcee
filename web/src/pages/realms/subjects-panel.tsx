import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { IconPlus, IconSearch } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { createSubject, listSubjects, type Realm, type Subject } from '../../contract.ts'
import { useAddressTexts } from '../../parts/address-texts.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, usePages } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { SubjectState } from './subject-state.tsx'

const pageSize = 100
const noFilter = { q: '' }

/** The subjects of a realm. There may be a million, so the server filters. */
export function SubjectsPanel({ realm }: { realm: Realm }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [{ q: typed }, setFilter] = useAddressTexts(noFilter)
  const [search] = useDebouncedValue(typed, 150)
  const [isOpen, dialog] = useDisclosure(false)
  const query = { limit: pageSize, ...(search === '' ? {} : { search }) }
  const subjects = usePages(listSubjects, { params: { realm: realm.name }, query })
  return (
    <>
      <Group mb="md">
        <TextInput
          data-filter=""
          type="search"
          aria-label={t('subjects.filter')}
          placeholder={t('subjects.filter')}
          leftSection={<IconSearch size={17} />}
          style={{ flex: '1 1 14rem' }}
          value={typed}
          onChange={(event) => setFilter({ q: event.currentTarget.value })}
        />
        {mayAdminister && (
          <Button leftSection={<IconPlus size={17} />} onClick={dialog.open}>
            {t('subjects.add')}
          </Button>
        )}
      </Group>
      <Faces
        of={subjects.list}
        isEmpty={(items) => items.length === 0}
        empty={
          search === '' ? (
            <EmptyFace title={t('subjects.emptyTitle')} why={t('subjects.empty')} />
          ) : (
            <EmptyFace title={t('codes.noMatchTitle')} icon={<IconSearch size={28} />} />
          )
        }
      >
        {(items: Subject[]) => (
          <>
            <ul className="ww-list ww-surface">
              {items.map((subject) => (
                <SubjectRow key={subject.id} realm={realm} subject={subject} />
              ))}
            </ul>
            {subjects.hasMore && (
              <Button mt="md" variant="default" loading={subjects.isLoadingMore} onClick={subjects.more}>
                {t('do.more')}
              </Button>
            )}
          </>
        )}
      </Faces>
      <Dialog isOpen={isOpen} onClose={dialog.close} title={t('subjects.add')}>
        <CreateForm realm={realm} onClose={dialog.close} />
      </Dialog>
    </>
  )
}

function SubjectRow({ realm, subject }: { realm: Realm; subject: Subject }) {
  return (
    <li className="ww-item">
      <div className="ww-item-main" data-beside="">
        <Link href={subjectPath(realm.name, subject.name)} className="ww-plain-link ww-item-title" dir="auto">
          {subject.name}
        </Link>
        <div className="ww-quiet ww-small">{subject.email}</div>
      </div>
      <Group gap="xs">
        <SubjectState subject={subject} />
      </Group>
    </li>
  )
}

function CreateForm({ realm, onClose }: { realm: Realm; onClose(): void }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const act = useAct(createSubject, [listSubjects])
  const said = useFieldTexts(act.trouble, ['name', 'email'])
  const [name, setName] = useState('')
  const [email, setEmail] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const body = { name, ...(email === '' ? {} : { email }) }
    const done = await act.run({ params: { realm: realm.name }, body })
    if (done !== null) navigate(subjectPath(realm.name, done.answer.name))
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('subjects.name')}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          error={said.at.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={`${t('subjects.email')} (${t('word.optional')})`}
          type="email"
          error={said.at.email}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <FormEnd act={act} isMarked={said.isMarked} onCancel={onClose}>
          {t('do.add')}
        </FormEnd>
      </Stack>
    </form>
  )
}

function subjectPath(realm: string, subject: string): string {
  return `/realms/${encodeURIComponent(realm)}/${encodeURIComponent(subject)}`
}
