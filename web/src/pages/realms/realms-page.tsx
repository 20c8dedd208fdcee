import { Button, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconShieldCheck } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { createRealm, listRealms, type Realm } from '../../contract.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

/** Every realm this visitor may see. */
export function RealmsPage() {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [isOpen, dialog] = useDisclosure(false)
  const realms = useEverything(listRealms)
  const addButton = mayAdminister && (
    <Button leftSection={<IconPlus size={17} />} onClick={dialog.open}>
      {t('realms.add')}
    </Button>
  )
  return (
    <Page title={t('realms.title')} lead={t('realms.lead')} actions={realms.data?.length !== 0 && addButton}>
      <Faces
        of={realms}
        isEmpty={(all) => all.length === 0}
        empty={
          <EmptyFace
            title={t('realms.emptyTitle')}
            why={t('realms.empty')}
            icon={<IconShieldCheck size={28} stroke={1.6} />}
          >
            {addButton}
          </EmptyFace>
        }
      >
        {(all: Realm[]) => (
          <ul className="ww-list ww-surface">
            {all.map((realm) => (
              <RealmRow key={realm.id} realm={realm} />
            ))}
          </ul>
        )}
      </Faces>
      <Dialog isOpen={isOpen} onClose={dialog.close} title={t('realms.add')}>
        <CreateForm onClose={dialog.close} />
      </Dialog>
    </Page>
  )
}

function RealmRow({ realm }: { realm: Realm }) {
  const { t } = useWords()
  return (
    <li className="ww-item">
      <div className="ww-item-main" data-beside="">
        <Link href={`/realms/${encodeURIComponent(realm.name)}`} className="ww-plain-link ww-item-title" dir="auto">
          {realm.name}
        </Link>
        <div className="ww-quiet ww-small" dir="auto">
          {realm.issuerLabel}
        </div>
      </div>
      {!realm.enabled && (
        <span className="ww-tag" data-tone="warn">
          {t('realms.disabled')}
        </span>
      )}
      <span className="ww-quiet ww-small">{t('realms.subjects', { count: realm.subjectCount })}</span>
    </li>
  )
}

function CreateForm({ onClose }: { onClose(): void }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const act = useAct(createRealm, [listRealms])
  const said = useFieldTexts(act.trouble, ['name'])
  const [name, setName] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { name } })
    if (done !== null) navigate(`/realms/${encodeURIComponent(done.answer.name)}`)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('realms.name')}
          description={t('realms.nameHint')}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          error={said.at.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <FormEnd act={act} isMarked={said.isMarked} onCancel={onClose}>
          {t('do.create')}
        </FormEnd>
      </Stack>
    </form>
  )
}
