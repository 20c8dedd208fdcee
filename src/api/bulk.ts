import { Type, type Static } from 'typebox'
import { endpoint, exactly, oneOf, pageLimit, pageOf, pageQuery, Ref, Remark, TimeMs } from './endpoint.ts'
import { realmParams } from './realms.ts'
import { enrolling } from './subjects.ts'

/** What became of one row of a bulk enrolment. */
export const BulkRow = Type.Object({
  line: Type.Integer(),
  name: Type.String(),
  result: oneOf(['created', 'duplicate', 'refused']),
  reason: Type.Optional(Remark),
})
export type BulkRow = Static<typeof BulkRow>
export const BulkJob = Type.Object({
  id: Type.String(),
  realm: Type.String(),
  state: oneOf(['running', 'done', 'failed', 'cancelled']),
  total: Type.Integer(),
  done: Type.Integer(),
  created: Type.Integer(),
  duplicates: Type.Integer(),
  refused: Type.Integer(),
  createdAtMs: TimeMs,
})
export type BulkJob = Static<typeof BulkJob>

const jobParams = Type.Object({ realm: Ref, job: Ref })

export const bulkEnrol = endpoint(
  'bulkEnrol',
  {
    method: 'POST',
    path: '/v1/realms/{realm}/bulk',
    summary: 'Enrol subjects from CSV, OATH CSV or PSKC',
    status: 202,
    ...enrolling,
  },
  {
    params: realmParams,
    body: exactly({
      format: oneOf(['csv', 'oath-csv', 'pskc']),
      content: Type.String({
        description:
          'Text, or Base64 of the file. csv has a first line with the columns name, email and enabled (yes or no), parted by commas, semicolons or tabs; name is enough. Its secrets wait 7 days for their first code',
      }),
      encoding: Type.Optional(oneOf(['text', 'base64'])),
      password: Type.Optional(Type.String({ maxLength: 1024 })),
      dryRun: Type.Optional(Type.Boolean()),
    }),
    answer: BulkJob,
  },
)
export const listBulkJobs = endpoint(
  'listBulkJobs',
  { method: 'GET', path: '/v1/realms/{realm}/bulk', summary: 'List bulk enrolments', ...enrolling },
  { params: realmParams, query: exactly({ cursor: pageQuery.cursor, limit: pageLimit(50) }), answer: pageOf(BulkJob) },
)
export const readBulkJob = endpoint(
  'readBulkJob',
  { method: 'GET', path: '/v1/realms/{realm}/bulk/{job}', summary: 'Progress and per-row results', ...enrolling },
  {
    params: jobParams,
    query: exactly({
      ...pageQuery,
      exceptions: Type.Optional(Type.Boolean({ description: 'Only rows that were not simply created' })),
    }),
    answer: Type.Object({ job: BulkJob, rows: Type.Array(BulkRow), nextCursor: Type.Optional(Type.String()) }),
  },
)
export const watchBulkJob = endpoint(
  'watchBulkJob',
  {
    method: 'GET',
    path: '/v1/realms/{realm}/bulk/{job}/events',
    summary: 'Progress as server-sent events, until the job is over',
    media: 'text/event-stream',
    ...enrolling,
  },
  { params: jobParams },
)
