import { remark } from '../../errors/remarks.ts'
import { unzip } from '../containers/zip.ts'
import { accountOfField } from '../draft.ts'
import { assertVersion, damaged, type ImportFormat } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import type { ReportBuilder } from '../report.ts'

const app = '1Password'

/** A `.1pux` export of 1Password: a zip with one JSON document in it. */
export const onePassword: ImportFormat = {
  id: '1password',
  app,
  recognise: (file) => (file.zipNames.includes('export.data') ? 'nothing' : null),
  async read(file, { report }) {
    const files = await unzip(app, file.bytes, '', (name) => name === 'export.data' || name === 'export.attributes')
    const attributes = readJson(files.find(({ name }) => name === 'export.attributes')?.bytes)
    assertVersion(app, attributes?.number('version'), 3)
    const data = readJson(files.find(({ name }) => name === 'export.data')?.bytes)
    if (data === null) throw damaged(app, 'export.data is no JSON')
    for (const item of itemsOf(data)) addItem(item, report)
  },
}

function readJson(bytes: Uint8Array | undefined): JsonObject | null {
  return bytes === undefined ? null : JsonObject.from(parseJson(new TextDecoder().decode(bytes)))
}

/** Older exports wrap each item once more. */
function itemsOf(data: JsonObject): JsonObject[] {
  return children([data], 'accounts')
    .flatMap((account) => children([account], 'vaults'))
    .flatMap((vault) => children([vault], 'items'))
    .map((item) => item.object('item') ?? item)
}

function addItem(item: JsonObject, report: ReportBuilder): void {
  const overview = item.object('overview')
  const details = item.object('details')
  const labels = {
    issuer: overview?.text('title') ?? '',
    name: usernameOf(details),
    note: details?.text('notesPlain') ?? '',
    tags: overview?.texts('tags') ?? [],
  }
  const fields = children(details === null ? [] : children([details], 'sections'), 'fields')
  const totps = fields.map((field) => field.object('value')?.text('totp') ?? '').filter((totp) => totp !== '')
  if (totps.length === 0) report.skip('items_without')
  if (totps.length > 0 && (item.number('favIndex') ?? 0) > 0) report.warn(remark('import_favourites_left'))
  const isArchived = item.text('state') === 'archived'
  for (const totp of totps) {
    report.add(labels.issuer, () => {
      const { account, warnings } = accountOfField(totp, labels)
      return { account, warnings: isArchived ? [...warnings, remark('import_archived')] : warnings }
    })
  }
}

function usernameOf(details: JsonObject | null): string {
  const fields = details === null ? [] : children([details], 'loginFields')
  return fields.find((field) => field.text('designation') === 'username')?.text('value') ?? ''
}

function children(parents: readonly JsonObject[], key: string): JsonObject[] {
  return parents.flatMap((parent) => parent.list(key).flatMap((value) => JsonObject.from(value) ?? []))
}
