import { existsSync } from 'node:fs'
import type { RootKey } from '../../crypto/root-key.ts'
import { Failure } from '../../errors/failure.ts'
import { readBackupHead } from '../../server/backup/container.ts'
import type { Config } from '../../server/config.ts'
import { rootKeyProvider } from '../../server/open-core.ts'

/**
 * The root key a backup was sealed under: the one in use, or one that a rotation left beside its file.
 *
 * @throws {@link Failure} `file_unreadable`, `backup_unreadable`, `backup_key_missing`
 */
export async function rootKeyOf(config: Config, file: string): Promise<RootKey> {
  if (!existsSync(file)) throw new Failure('file_unreadable', { detail: { file } })
  const { rootKeyId } = readBackupHead(file)
  const provider = rootKeyProvider(config.rootKey, false)
  const inUse = (await provider.load()).find(({ id }) => id === rootKeyId)
  const root = inUse ?? provider.kept?.(rootKeyId)
  if (root === undefined || root === null) throw new Failure('backup_key_missing', { detail: { rootKeyId } })
  return root
}

/** @throws {@link Failure} `backup_key_kept` unless the store that a backup becomes would open with the key in use */
export async function refuseKeptKey(config: Config, { id: rootKeyId }: RootKey): Promise<void> {
  const provider = rootKeyProvider(config.rootKey, false)
  if ((await provider.load()).some(({ id }) => id === rootKeyId)) return
  throw new Failure('backup_key_kept', { detail: { rootKeyId, place: `${provider.place}.${rootKeyId}` } })
}
