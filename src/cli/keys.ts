import { buildCommand, buildRouteMap } from '@stricli/core'
import { fileProvider } from '../crypto/root-key-provider.ts'
import type { RootKey } from '../crypto/root-key.ts'
import { Failure } from '../errors/failure.ts'
import { type DataRotation, rotateDataKeys, rotateRootKey } from '../server/keys/rotation.ts'
import { type KeyStatus, readKeyStatus } from '../server/keys/status.ts'
import { rootKeyProvider } from '../server/open-core.ts'
import type { CliContext } from './context.ts'
import { operator, withStore } from './open-store.ts'
import { progressOn } from './progress.ts'
import { type StoreFlags, storeFlags } from './server-options.ts'

interface StatusFlags extends StoreFlags {
  readonly json: boolean
}

interface RotateFlags extends StatusFlags {
  readonly root: boolean
  readonly newRootKeyFile?: string
}

const json = { kind: 'boolean', default: false, withNegated: false, brief: 'Print one line of JSON' } as const

const statusCommand = buildCommand<StatusFlags, [], CliContext>({
  func: status,
  parameters: { flags: { json, ...storeFlags } },
  docs: {
    brief: 'Show which keys there are and how much each seals',
    fullDescription:
      'Shows ids and numbers, never a key.\n\nExample:\n  watchword keys status --data-dir /var/lib/watchword',
  },
})

const rotateCommand = buildCommand<RotateFlags, [], CliContext>({
  func: rotate,
  parameters: {
    flags: {
      root: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Rotate the root key instead of the data keys',
      },
      newRootKeyFile: {
        kind: 'parsed',
        parse: (value: string) => value,
        optional: true,
        brief:
          'With --root: take the new root key from this file of mode 0600 (needed where it comes from a variable or command)',
        placeholder: 'FILE',
      },
      json,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Seal everything under new keys while servers run',
    fullDescription: [
      'Gives every realm and the vault a new data key and seals every secret anew. Interrupted, it is finished by',
      'calling it again. With --root the key that seals the data keys is replaced: a key file is rewritten, and the old',
      'key is kept beside it, since backups of before open with nothing else.',
      '',
      'Examples:',
      '  watchword keys rotate',
      '  watchword keys rotate --root',
      '  (umask 077; openssl rand -base64 32 > new.key) && watchword keys rotate --root --new-root-key-file new.key',
    ].join('\n'),
  },
})

/** `watchword keys`: what seals the secrets. */
export const keysRoutes = buildRouteMap<'status' | 'rotate', CliContext>({
  routes: { status: statusCommand, rotate: rotateCommand },
  docs: { brief: 'Show and rotate the keys that seal secrets' },
})

async function status(this: CliContext, flags: StatusFlags): Promise<void> {
  const { onProgress, end } = progressOn(this)
  const found = await withStore(this, flags, (core) =>
    readKeyStatus(core, (values) => onProgress(`${values} values`)).finally(end),
  )
  if (flags.json) return this.printJson(found)
  for (const line of statusLines(found)) this.print(line)
}

function statusLines({ rootKeyId, dataKeys, unknownKeys, isRotationUnfinished }: KeyStatus): string[] {
  const lines = dataKeys.map(({ id, purpose, ownerId, createdAtMs, retiredAtMs, values }) => {
    const what = ownerId === null ? purpose : `${purpose} ${ownerId}`
    const state = retiredAtMs === null ? 'in use' : `retired ${day(retiredAtMs)}`
    return `${id}\t${what}\t${state}\tmade ${day(createdAtMs)}\tseals ${values} ${values === 1 ? 'value' : 'values'}`
  })
  const unknown = unknownKeys.map(
    ({ id, values }) => `${id}\tnot in this database\tseals ${values} ${values === 1 ? 'value' : 'values'}`,
  )
  const unfinished = isRotationUnfinished ? ['A rotation is unfinished: "watchword keys rotate" finishes it.'] : []
  return [`root key ${rootKeyId}`, ...lines, ...unknown, ...unfinished]
}

function day(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10)
}

async function rotate(this: CliContext, flags: RotateFlags): Promise<void> {
  if (flags.root || flags.newRootKeyFile !== undefined) return rotateRoot(this, flags)
  const { onProgress, end } = progressOn(this)
  const rotation = await withStore(this, flags, (core) =>
    rotateDataKeys(core, { by: operator(), onProgress: (values) => onProgress(`${values} values`) }).finally(end),
  )
  if (flags.json) return this.printJson(rotation)
  this.print(rotationLine(rotation))
}

function rotationLine({ isResumed, keys, values, removedKeys }: DataRotation): string {
  const begun = isResumed
    ? 'Finished the rotation that was interrupted'
    : `Made ${keys} new ${keys === 1 ? 'key' : 'keys'}`
  const removed = removedKeys === 0 ? '' : `, removed ${removedKeys} that sealed nothing any more`
  return `${begun}, sealed ${values} ${values === 1 ? 'value' : 'values'} anew${removed}.`
}

async function rotateRoot(context: CliContext, { newRootKeyFile, ...flags }: RotateFlags): Promise<void> {
  const given = newRootKeyFile === undefined ? undefined : await readNewRootKey(newRootKeyFile)
  const { from, to, kept, isRewritten } = await withStore(context, flags, async (core) => {
    const provider = rootKeyProvider(core.config.rootKey, false)
    const rotation = await rotateRootKey(core, provider, operator(), given)
    return { ...rotation, isRewritten: provider.replace !== undefined }
  })
  if (flags.json) return context.printJson({ from, to, kept })
  context.print(`The root key is now ${to}; it was ${from}.`)
  const place = kept === null ? 'keep it' : `it is kept in ${kept}`
  context.say(`backups made before open with the old key alone; ${place}, to be removed with the last of them`)
  context.say('Write a new backup now.')
  if (isRewritten) context.say('copy the new key to where you keep it, and to other servers of this store')
  else context.say(`give ${newRootKeyFile} to every server before it starts next time`)
}

async function readNewRootKey(file: string): Promise<RootKey> {
  const [key, ...others] = await fileProvider(file, { mayCreate: false }).load()
  if (key !== undefined && others.length === 0) return key
  throw new Failure('root_key_unreadable', { detail: { place: file, reason: 'it holds more than one key' } })
}
