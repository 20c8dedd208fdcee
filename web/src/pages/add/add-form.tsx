import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { createAccount, listAccounts } from '../../contract.ts'
import { granteeOf, GranteePicker } from '../../grants/grantee-picker.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { changedIn } from '../../parts/use-edits.ts'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { emptyMetadata, type Metadata, MetadataFields } from '../account/metadata-fields.tsx'
import { CompareCode } from './compare-code.tsx'
import { labelFor } from './label-for.ts'
import { type CodeShape, type ReadSecret, usualShape } from './read-secret.ts'
import { ShapeFields } from './shape-fields.tsx'

interface AddFormProps {
  readonly read: Extract<ReadSecret, { kind: 'secret' }>
  /** What was typed so far; the secret may be mended below it. */
  readonly draft: AddDraft
  onDraft(draft: AddDraft): void
  onAdded(): void
}

/** What is typed of an account, over what its secret says itself. */
export interface AddDraft {
  readonly shape: CodeShape | null
  readonly metadata: Partial<Metadata>
  readonly shareWith: string | null
}

/** The fields of this form that can say what is wrong with them. */
const addedFields = ['label', 'issuer', 'identifier', 'tags'] as const

export const emptyDraft: AddDraft = { shape: null, metadata: {}, shareWith: null }

/** The rest of an account whose secret is right: its name, its kind, its first viewers. */
export function AddForm({ read, draft, onDraft, onAdded }: AddFormProps) {
  const { t, remarkText } = useWords()
  const [, navigate] = useLocation()
  const act = useAct(createAccount, [listAccounts])
  const said = useFieldTexts(act.trouble, addedFields)
  const [isTried, setTried] = useState(false)
  const shape = read.shape ?? draft.shape ?? usualShape
  const metadata = { ...metadataOf(read), ...draft.metadata }
  const { shareWith } = draft
  const set = (part: Partial<AddDraft>) => onDraft({ ...draft, ...part })
  const isUnnamed = metadata.label.trim() === ''

  const add = async (allowDuplicate: boolean) => {
    setTried(true)
    if (isUnnamed) return
    const grants = shareWith === null ? [] : [{ ...granteeOf(shareWith), right: 'reveal' as const }]
    const { label, issuer, identifier, tags } = metadata
    const body = { label, issuer, identifier, tags, ...bodyOf(shape), secretBase32: read.secretBase32, grants }
    const done = await act.run({ body: allowDuplicate ? { ...body, allowDuplicate } : body })
    if (done === null) return
    const words = { name: label, id: identifier }
    const added = t(identifier === '' ? 'add.addedPlain' : 'add.added', words)
    notifications.show({ message: [added, ...done.answer.warnings.map(remarkText)].join('. ') })
    onAdded()
    navigate(`/accounts/${done.answer.id}`)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void add(false)
  }
  return (
    <form onSubmit={submit}>
      <Surface>
        <Stack>
          <CompareCode secretBase32={read.secretBase32} shape={shape} />
          <MetadataFields
            value={metadata}
            hasRules={false}
            errors={isTried && isUnnamed ? { ...said.at, label: t('add.needLabel') } : said.at}
            onChange={(value) => set({ metadata: changedIn(metadataOf(read), value) })}
          />
          {read.shape === null && <ShapeFields value={shape} onChange={(value) => set({ shape: value })} />}
          <GranteePicker
            label={`${t('add.share')} (${t('word.optional')})`}
            description={t('add.shareHint')}
            value={shareWith}
            onChange={(value) => set({ shareWith: value })}
          />
          <Note tone="info">{t('add.custody')}</Note>
          <TroubleNote trouble={act.trouble} isMarked={said.isMarked} />
          <Group justify="flex-end">
            {act.trouble?.code === 'account_duplicate' && (
              <Button variant="default" onClick={() => void add(true)}>
                {t('add.duplicateDo')}
              </Button>
            )}
            <Button type="submit" size="md" loading={act.isRunning}>
              {t('add.submit')}
            </Button>
          </Group>
        </Stack>
      </Surface>
    </form>
  )
}

function metadataOf(read: AddFormProps['read']): Metadata {
  return { ...emptyMetadata, label: labelFor(read), issuer: read.issuer, identifier: read.name, tags: [...read.tags] }
}

function bodyOf({ type, algorithm, digits, periodSeconds, counter }: CodeShape) {
  if (type === 'steam') return { type }
  return type === 'hotp' ? { type, algorithm, digits, counter } : { type, algorithm, digits, periodSeconds }
}
