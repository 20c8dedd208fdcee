import { Progress } from '@mantine/core'
import { type Answer, readBulkJob, type Realm } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Scrollable } from '../../parts/scrollable.tsx'
import { Surface } from '../../parts/surface.tsx'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type Job = Answer<typeof readBulkJob>

const pollMs = 700
/** Rows shown at once, as many as a page of the API holds. */
const mostRows = 500

/** How far a bulk enrolment is, and what became of each row. */
export function BulkJobView({ realm, jobId }: { realm: Realm; jobId: string }) {
  const { t } = useWords()
  const params = { realm: realm.name, job: jobId }
  const job = useServer(
    readBulkJob,
    { params, query: { limit: mostRows } },
    { refreshMs: ({ job: { state } }) => (state === 'running' ? pollMs : null) },
  )
  // Of more rows than a page holds, those matter that were not simply created.
  const isLong = job.data?.job.state !== 'running' && job.data?.nextCursor !== undefined
  const exceptions = useServer(
    readBulkJob,
    { params, query: { limit: mostRows, exceptions: true } },
    { enabled: isLong },
  )
  return (
    <Surface title={t('bulk.result')}>
      <Faces of={isLong ? exceptions : job}>
        {(loaded: Job) => (
          <>
            <Loaded {...loaded} />
            {(isLong || loaded.nextCursor !== undefined) && (
              <p className="ww-quiet ww-small">
                {t(isLong ? 'bulk.exceptions' : 'bulk.first', { count: loaded.rows.length })}
              </p>
            )}
          </>
        )}
      </Faces>
    </Surface>
  )
}

const tones = { created: 'good', duplicate: '', refused: 'bad' } as const

function Loaded({ job, rows }: Job) {
  const { t, remarkText } = useWords()
  const { state, total, done, created, duplicates, refused } = job
  const progress = t('bulk.progress', { done, total })
  return (
    <>
      <div style={{ display: 'flex', justifyContent: 'space-between', marginBottom: '.5rem' }}>
        {state === 'running' && <span>{progress}</span>}
        {/* Only the end is said aloud: the figures change all the while. */}
        <output>{state !== 'running' && t(`bulk.state.${state}`)}</output>
        <span className="ww-quiet">{t('bulk.summary', { created, duplicates, refused })}</span>
      </div>
      <Progress value={total === 0 ? 100 : (done / total) * 100} aria-label={progress} />
      <Scrollable label={t('bulk.result')}>
        <table className="ww-table">
          <thead>
            <tr>
              <th scope="col">{t('bulk.line')}</th>
              <th scope="col">{t('subjects.name')}</th>
              <th scope="col">{t('bulk.result')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, name, result, reason }) => (
              <tr key={line}>
                <td>{line}</td>
                <td dir="auto">{name}</td>
                <td>
                  <span className="ww-tag" data-tone={tones[result]}>
                    {t(`bulk.result.${result}`)}
                  </span>{' '}
                  {reason !== undefined && remarkText(reason)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
    </>
  )
}
