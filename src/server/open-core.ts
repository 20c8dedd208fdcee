import { openKeyRing } from '../crypto/key-ring.ts'
import { commandProvider, fileProvider, type RootKeyProvider, textProvider } from '../crypto/root-key-provider.ts'
import { Failure } from '../errors/failure.ts'
import { Audit, createAudit } from './audit/audit.ts'
import type { Core } from './audit/core.ts'
import { refuseUnfinished } from './backup/unfinished.ts'
import type { Config, RootKeySource } from './config.ts'
import { dataKeyStore } from './database/data-keys.ts'
import { openStorage, type SchemaUse } from './database/open.ts'
import type { Services } from './http/services.ts'

/** An opened database with its keys and its audit; close it to write the last checkpoint. */
export interface OpenCore extends Core {
  readonly config: Config
  close(): Promise<void>
}

/**
 * Opens database, keys and audit, in this order, so that a wrong root key is noticed before anything is
 * written. The server and the administration commands that work on the store itself both begin here.
 *
 * @param schema - `upgrade` and `begin` make a store where none is; `as it is` is for reading and writes no checkpoint
 * @param isRehearsal - whether a copy is looked at before it is finished: everybody else is refused such a one
 */
export async function openCore(
  config: Config,
  services: Services,
  schema: SchemaUse = 'upgrade',
  { isRehearsal = false }: { readonly isRehearsal?: boolean } = {},
): Promise<OpenCore> {
  const { clock, log } = services
  const storage = await openStorage({ url: config.databaseUrl, dataDir: config.dataDir, clock, log, schema })
  try {
    // Before the keys: a store that seems new would get a root key of its own.
    if (!isRehearsal) await refuseUnfinished(storage)
    const store = dataKeyStore(storage)
    const isNew = (await store.findCanary()) === null
    if (isNew && schema !== 'upgrade' && schema !== 'begin')
      throw new Failure('database_empty', { detail: { place: placeOf(config) } })
    const keyRing = await openKeyRing(rootKeyProvider(config.rootKey, isNew), store, () => clock.nowMs())
    const parts = { storage, keyRing, clock, log }
    const isReadOnly = schema === 'as it is'
    const audit = isReadOnly ? new Audit(parts) : createAudit(parts)
    const close = async () => {
      if (!isReadOnly) await audit.close()
      await storage.close()
    }
    return { config, services, storage, keyRing, audit, close }
  } catch (error) {
    await storage.close()
    throw error
  }
}

/** Where the database is, without the name and passphrase of an address. */
function placeOf({ databaseUrl, dataDir }: Config): string {
  return databaseUrl === undefined ? dataDir : (URL.parse(databaseUrl)?.host ?? 'named by the address')
}

/** The provider of a configured root key; a file is made only for a database that has none yet. */
export function rootKeyProvider(source: RootKeySource, mayCreate: boolean): RootKeyProvider {
  switch (source.kind) {
    case 'file':
      return fileProvider(source.path, { mayCreate })
    case 'value':
      return textProvider(source.value, 'in WATCHWORD_ROOT_KEY')
    case 'command':
      return commandProvider(source.command.split(' ').filter((word) => word !== ''))
  }
}
