import { Button, Checkbox, Group, Stack, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { addCandidates, type Answer, listAccounts } from '../../contract.ts'
import { granteeOf, GranteePicker } from '../../grants/grantee-picker.tsx'
import { CodeDigits } from '../../parts/code-digits.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { labelFor } from './label-for.ts'
import type { FoundCodes } from './use-candidates.ts'

type Candidate = FoundCodes['candidates'][number]
type Added = Answer<typeof addCandidates>

interface FoundProps {
  readonly found: FoundCodes
  onAgain(): void
}

/** What was read, to choose from; the same list for an image, a transfer and a whole file. */
export function Found(props: FoundProps) {
  // What was chosen, or added, is of one batch: another image may be pasted over it.
  return <Batch key={props.found.batch} {...props} />
}

function Batch({ found, onAgain }: FoundProps) {
  const [added, setAdded] = useState<Added | null>(null)
  if (added !== null) return <AddedList added={added} found={found} onAgain={onAgain} />
  return <Choice found={found} onAdded={setAdded} onAgain={onAgain} />
}

function Choice({ found, onAdded, onAgain }: FoundProps & { onAdded(added: Added): void }) {
  const { t, has, remarkText } = useWords()
  const act = useAct(addCandidates, [listAccounts])
  const leftOut = (code: string, what: string) => (has(`left-out.${code}`) ? t(`left-out.${code}`) : what)
  const [chosen, setChosen] = useState(
    () => new Set(found.candidates.filter(({ result }) => result === 'new').map(({ ref }) => ref)),
  )
  const [tags, setTags] = useState<string[]>([])
  const [shareWith, setShareWith] = useState<string | null>(null)
  const toggle = (ref: string) => {
    const next = new Set(chosen)
    if (!next.delete(ref)) next.add(ref)
    setChosen(next)
  }
  const add = async () => {
    const grants = shareWith === null ? [] : [{ ...granteeOf(shareWith), right: 'reveal' as const }]
    const done = await act.run({ params: { batch: found.batch }, body: { refs: [...chosen], tags, grants } })
    if (done !== null) onAdded(done.answer)
  }
  return (
    <>
      <Surface title={t('found.title', { count: found.candidates.length })} lead={t('found.lead')} isFlush>
        <ul className="ww-list">
          {found.candidates.map((candidate) => (
            <CandidateRow
              key={candidate.ref}
              candidate={candidate}
              isChosen={chosen.has(candidate.ref)}
              onToggle={() => toggle(candidate.ref)}
            />
          ))}
        </ul>
      </Surface>
      {found.warnings.map((warning) => (
        <Note key={warning.message} tone="warn">
          {remarkText(warning)}
        </Note>
      ))}
      {found.skipped.map(({ code, what, count }) => (
        <p key={code} className="ww-quiet ww-small">
          {t('found.skipped', { what: leftOut(code, what), count })}
        </p>
      ))}
      <Surface>
        <Stack>
          <TagsInput label={t('account.tags')} description={t('account.tagsHint')} value={tags} onChange={setTags} />
          <GranteePicker
            label={`${t('add.share')} (${t('word.optional')})`}
            description={t('add.shareHint')}
            value={shareWith}
            onChange={setShareWith}
          />
          <Note tone="info">{t('add.custody')}</Note>
          <TroubleNote trouble={act.trouble} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onAgain}>
              {t('do.back')}
            </Button>
            <Button disabled={chosen.size === 0} loading={act.isRunning} onClick={() => void add()}>
              {t('found.add', { count: chosen.size })}
            </Button>
          </Group>
        </Stack>
      </Surface>
    </>
  )
}

interface CandidateRowProps {
  readonly candidate: Candidate
  readonly isChosen: boolean
  onToggle(): void
}

const tones = { new: 'good', duplicate: '', changed: 'warn', refused: 'bad' } as const

function CandidateRow({ candidate, isChosen, onToggle }: CandidateRowProps) {
  const { t, remarkText } = useWords()
  const { result, already, reason, warnings, firstCode } = candidate
  const title = labelFor(candidate)
  return (
    <li className="ww-item">
      <Checkbox
        aria-label={t('found.select', { name: title })}
        checked={isChosen}
        disabled={result === 'refused'}
        onChange={onToggle}
      />
      <div className="ww-item-main">
        <div className="ww-item-title" dir="auto">
          {title}
        </div>
        <div className="ww-quiet ww-small" dir="auto">
          {already !== undefined && t('found.already', { name: already })}
          {reason !== undefined && ` ${remarkText(reason)}`}
        </div>
        {warnings.map((warning) => (
          <div key={warning.message} className="ww-small" style={{ color: 'var(--ww-warn)' }}>
            {remarkText(warning)}
          </div>
        ))}
      </div>
      {firstCode !== undefined && (
        <Group gap="xs">
          <span className="ww-quiet ww-small">{t('found.firstCode')}</span>
          <CodeDigits code={firstCode} size="small" />
        </Group>
      )}
      <span className="ww-tag" data-tone={tones[result]}>
        {t(`found.result.${result}`)}
      </span>
    </li>
  )
}

function AddedList({ added, found, onAgain }: FoundProps & { added: Added }) {
  const { t, remarkText } = useWords()
  const nameOf = (ref: string) => found.candidates.find((candidate) => candidate.ref === ref)?.name ?? ref
  return (
    <Surface title={t('found.addedTitle', { count: added.added.length })} isFlush>
      <ul className="ww-list">
        {added.added.map(({ id, label, identifier }) => (
          <li key={id} className="ww-item">
            <Link href={`/accounts/${id}`} className="ww-item-main ww-item-title ww-plain-link" dir="auto">
              {label}
            </Link>
            <span className="ww-quiet ww-small ww-breakable">{identifier}</span>
          </li>
        ))}
        {added.refused.map(({ ref, reason }) => (
          <li key={ref} className="ww-item">
            <span className="ww-item-main ww-item-title">{nameOf(ref)}</span>
            <span className="ww-small" style={{ color: 'var(--ww-bad)' }}>
              {remarkText(reason)}
            </span>
          </li>
        ))}
      </ul>
      <Group p="md" justify="flex-end">
        <Button variant="default" onClick={onAgain}>
          {t('found.again')}
        </Button>
        <Button component={Link} href="/">
          {t('do.home')}
        </Button>
      </Group>
    </Surface>
  )
}
