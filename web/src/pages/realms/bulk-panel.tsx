import { Button, Checkbox, FileButton, Group, PasswordInput, Select, Stack, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { bulkEnrol, listBulkJobs, listSubjects, type Realm } from '../../contract.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, usePages } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { base64Of } from '../add/base64.ts'
import { FileNote } from '../add/file-note.tsx'
import { BulkJobView } from './bulk-job.tsx'

const formats = ['csv', 'oath-csv', 'pskc'] as const
type Format = (typeof formats)[number]

const pollMs = 3000

/** Enrols many subjects from a file, with progress and a result for every row. */
export function BulkPanel({ realm }: { realm: Realm }) {
  const { t } = useWords()
  const act = useAct(bulkEnrol, [listBulkJobs, listSubjects])
  const jobs = usePages(
    listBulkJobs,
    { params: { realm: realm.name }, query: { limit: 50 } },
    { refreshMs: (all) => (all.some(({ state }) => state === 'running') ? pollMs : null) },
  )
  const [format, setFormat] = useState<Format>('csv')
  const [file, setFile] = useState<File | null>(null)
  const [text, setText] = useState('')
  const [password, setPassword] = useState('')
  const [isDryRun, setDryRun] = useState(false)
  const [jobId, setJobId] = useState<string | null>(null)
  const [isUnreadable, setUnreadable] = useState(false)
  const start = async (event: FormEvent) => {
    event.preventDefault()
    const content = file === null ? text : await base64Of(file)
    setUnreadable(content === null)
    if (content === null) return
    const encoding = file === null ? {} : { encoding: 'base64' as const }
    const body = { format, content, ...encoding, dryRun: isDryRun, ...(password === '' ? {} : { password }) }
    const done = await act.run({ params: { realm: realm.name }, body })
    if (done !== null) setJobId(done.answer.id)
  }
  const earlier = (jobs.list.data ?? []).filter(({ id }) => id !== jobId)
  return (
    <>
      <Surface lead={t('bulk.lead')} title={t('realm.bulk')}>
        <form onSubmit={(event) => void start(event)}>
          <Stack>
            <Select
              label={t('bulk.format')}
              data={formats.map((name) => ({ value: name, label: t(`bulk.format.${name}`) }))}
              allowDeselect={false}
              value={format}
              onChange={(name) => name !== null && setFormat(name)}
            />
            <Group>
              <FileButton onChange={setFile} inputProps={{ 'aria-label': t('bulk.choose') }}>
                {(props) => (
                  <Button variant="default" {...props}>
                    {t('bulk.choose')}
                  </Button>
                )}
              </FileButton>
              <span className="ww-quiet">{file?.name}</span>
            </Group>
            {file === null && format !== 'pskc' && (
              <Textarea
                label={t('bulk.paste')}
                autosize
                minRows={4}
                maxRows={14}
                placeholder={'name,email\nanna,anna@example.com\nbert,bert@example.com'}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                value={text}
                onChange={(event) => setText(event.currentTarget.value)}
              />
            )}
            {format === 'pskc' && (
              <PasswordInput
                label={`${t('bulk.password')} (${t('word.optional')})`}
                autoComplete="off"
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
            )}
            <Checkbox
              label={t('bulk.dryRun')}
              checked={isDryRun}
              onChange={(event) => setDryRun(event.currentTarget.checked)}
            />
            <FileNote fault={isUnreadable ? 'unreadable' : null} />
            <TroubleNote trouble={act.trouble} />
            <Group justify="flex-end">
              <Button type="submit" disabled={file === null && text.trim() === ''} loading={act.isRunning}>
                {t('bulk.start')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Surface>
      {jobId !== null && <BulkJobView key={jobId} realm={realm} jobId={jobId} />}
      {earlier.length > 0 && (
        <Surface title={t('bulk.earlier')} isFlush>
          <ul className="ww-list">
            {earlier.map(({ id, state, created, duplicates, refused }) => (
              <li key={id} className="ww-item">
                <span className="ww-item-main">{t('bulk.summary', { created, duplicates, refused })}</span>
                <span className="ww-tag">{t(`bulk.state.${state}`)}</span>
                <Button variant="subtle" size="xs" onClick={() => setJobId(id)}>
                  {t('bulk.show')}
                </Button>
              </li>
            ))}
          </ul>
        </Surface>
      )}
    </>
  )
}
