import { remark } from '../../errors/remarks.ts'
import { accountOf } from '../draft.ts'
import { assertVersion, type ImportFormat } from '../format.ts'
import { JsonObject } from '../json-object.ts'

const app = 'LastPass Authenticator'

/** An export of LastPass Authenticator. */
export const lastPass: ImportFormat = {
  id: 'lastpass',
  app,
  recognise(file) {
    const backup = JsonObject.from(file.json)
    return Array.isArray(backup?.value('accounts')) && backup?.has('deviceId') ? 'nothing' : null
  },
  read(file, { report }) {
    const backup = JsonObject.expect(file.json)
    assertVersion(app, backup.number('version'), 3)
    const folders = new Map(
      backup.list('folders').map((value) => {
        const folder = JsonObject.from(value)
        return [folder?.text('id') ?? '', folder?.text('name') ?? '']
      }),
    )
    for (const value of backup.list('accounts')) {
      if (JsonObject.from(value)?.isTrue('isFavorite')) report.warn(remark('import_favourites_left'))
      report.add(JsonObject.from(value)?.text('userName') ?? '', () => {
        const entry = JsonObject.expect(value)
        return accountOf({
          secret: entry.text('secret'),
          algorithm: entry.text('algorithm'),
          digits: entry.number('digits'),
          periodSeconds: entry.number('timeStep'),
          issuer: entry.text('issuerName') || entry.text('originalIssuerName'),
          name: entry.text('userName') || entry.text('originalUserName'),
          tags: folderOf(entry, folders),
        })
      })
    }
  },
}

/** Folder 0 holds what lies in no folder. */
function folderOf(entry: JsonObject, folders: ReadonlyMap<string, string>): string[] {
  const id = entry.object('folderData')?.text('folderId') ?? ''
  return id === '' || id === '0' ? [] : [folders.get(id) ?? '']
}
