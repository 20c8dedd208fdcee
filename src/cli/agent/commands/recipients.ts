import { buildCommand, buildRouteMap } from '@stricli/core'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import { keyIdsOf } from '../gpg/encrypt.ts'
import { ambiguousRecipient, findKeys, findOwnKeys, type GpgKey, resolveRecipient } from '../gpg/keys.ts'
import { saveRecipients } from '../settings.ts'
import { type AgentFlags, asText, jsonFlag, storeFlags } from '../store-flags.ts'
import { gpgEnvelope } from '../store/gpg-envelope.ts'
import { knownPassphrase } from '../store/passphrases.ts'
import { readIfThere } from '../store/read-if-there.ts'
import { type AgentStore, openStore } from '../store/store.ts'

/** Somebody who can read the store as it is now. */
interface Reader {
  readonly fingerprint: string | null
  readonly keyId: string
  readonly userId: string
  readonly own: boolean
  readonly expires: string | null
  readonly problem: string | null
}

const oneOrMoreKeys = {
  kind: 'array',
  minimum: 1,
  parameter: { brief: 'A key: fingerprint, address or name', parse: asText, placeholder: 'key' },
} as const

const listCommand = buildCommand<AgentFlags, [], CliContext>({
  func: listRecipients,
  parameters: { flags: { json: jsonFlag, ...storeFlags } },
  docs: { brief: 'Who can read the store, with expiry and problems of their keys' },
})

const addCommand = buildCommand<AgentFlags, string[], CliContext>({
  func: addRecipients,
  parameters: { flags: { json: jsonFlag, ...storeFlags }, positional: oneOrMoreKeys },
  docs: { brief: 'Let further keys read the store' },
})

const removeCommand = buildCommand<AgentFlags, string[], CliContext>({
  func: removeRecipients,
  parameters: { flags: { json: jsonFlag, ...storeFlags }, positional: oneOrMoreKeys },
  docs: { brief: 'Encrypt the store anew without these keys' },
})

/** `watchword recipients`: who can read the store. */
export const recipientsRoutes = buildRouteMap<'list' | 'add' | 'remove', CliContext>({
  routes: { list: listCommand, add: addCommand, remove: removeCommand },
  defaultCommand: 'list',
  docs: { brief: 'Show and change who can read the store' },
})

async function listRecipients(this: CliContext, flags: AgentFlags): Promise<void> {
  const store = openStore(this, flags)
  const readers = await readersOf(store)
  if (flags.json) return this.printJson({ items: readers })
  for (const reader of readers) this.print(readerLine(reader))
}

async function addRecipients(this: CliContext, flags: AgentFlags, ...named: string[]): Promise<void> {
  const store = openStore(this, flags)
  const added: GpgKey[] = []
  for (const name of named) added.push(await resolveRecipient(store.settings.gpg, name))
  let ended: readonly GpgKey[] = []
  await changeReaders(this, store, flags, async (present) => {
    // Where every key of the store has ended there is no other way out: the last recipient cannot be removed.
    const isOver = present.every((key) => key.unusable !== null)
    ended = isOver ? present : []
    return isOver ? added : [...present, ...added]
  })
  for (const { userId, unusable } of ended) this.say(`${userId} is ${unusable}, so it is no recipient any more.`)
}

async function removeRecipients(this: CliContext, flags: AgentFlags, ...named: string[]): Promise<void> {
  const store = openStore(this, flags)
  await changeReaders(this, store, flags, async (present) => {
    const removed = new Set<string>()
    for (const name of named) removed.add(await presentKey(store, present, name))
    const kept = present.filter((key) => !removed.has(key.fingerprint))
    if (kept.length === 0) throw new Failure('agent_recipient_last')
    return kept
  })
  this.say('Whoever could read it before may have kept a copy: renew the secrets they must not know.')
}

/** Decides by who can read the store once nobody else changes it, so that two such commands at once both count. */
async function changeReaders(
  context: CliContext,
  store: AgentStore,
  flags: AgentFlags,
  decide: (present: readonly GpgKey[]) => Promise<readonly GpgKey[]>,
): Promise<void> {
  const { gpg } = store.settings
  let fingerprints: readonly string[] = []
  await store.reseal(
    async (sealed) => {
      const keys = await decide(await presentKeys(store, sealed))
      fingerprints = [...new Set(keys.map((key) => key.fingerprint))]
      const own = await findOwnKeys(gpg)
      if (!own.some((key) => fingerprints.includes(key.fingerprint))) throw new Failure('agent_recipient_self')
      return gpgEnvelope(gpg, () => fingerprints, knownPassphrase(''))
    },
    () => saveRecipients(store.settings, fingerprints),
  )
  const readers = await readersOf(store)
  if (flags.json) context.printJson({ items: readers })
  context.say(`${readers.length === 1 ? 'One key' : `${readers.length} keys`} can read the store now.`)
}

/** The readers as the store itself names them, whatever the settings say. */
async function readersOf(store: AgentStore): Promise<Reader[]> {
  const { gpg } = store.settings
  const own = new Set((await findOwnKeys(gpg)).map((key) => key.fingerprint))
  const readers: Reader[] = []
  const sealed = readIfThere(store.path)
  if (sealed === null) throw new Failure('agent_store_missing', { detail: { path: store.path } })
  for (const keyId of await sealedTo(store, sealed)) readers.push(readerOf(keyId, (await findKeys(gpg, keyId))[0], own))
  return readers
}

async function sealedTo(store: AgentStore, sealed: Buffer): Promise<string[]> {
  if ((await store.envelope()).kind !== 'gpg') throw new Failure('agent_no_recipients')
  return keyIdsOf(store.settings.gpg, sealed)
}

async function presentKeys(store: AgentStore, sealed: Buffer): Promise<GpgKey[]> {
  const keys: GpgKey[] = []
  for (const keyId of await sealedTo(store, sealed)) {
    const [key] = await findKeys(store.settings.gpg, keyId)
    if (key === undefined) throw new Failure('agent_recipient_not_found', { detail: { recipient: keyId } })
    keys.push(key)
  }
  return keys
}

/** The fingerprint of a present recipient; a key that has expired since can still be named. */
async function presentKey(store: AgentStore, present: readonly GpgKey[], name: string): Promise<string> {
  const named = new Set((await findKeys(store.settings.gpg, name)).map((key) => key.fingerprint))
  const hits = present.filter((key) => named.has(key.fingerprint))
  const [only] = hits
  if (only === undefined) {
    throw new Failure(named.size === 0 ? 'agent_recipient_not_found' : 'agent_recipient_absent', {
      detail: { recipient: name },
    })
  }
  if (hits.length > 1) throw ambiguousRecipient(name, hits)
  return only.fingerprint
}

function readerOf(keyId: string, key: GpgKey | undefined, own: ReadonlySet<string>): Reader {
  if (key === undefined) {
    return { fingerprint: null, keyId, userId: '', own: false, expires: null, problem: 'not in your keyring' }
  }
  const expires =
    key.expiresAtSeconds === null ? null : new Date(key.expiresAtSeconds * 1000).toISOString().slice(0, 10)
  const { fingerprint, userId, unusable: problem } = key
  return { fingerprint, keyId, userId, own: own.has(fingerprint), expires, problem }
}

function readerLine({ fingerprint, keyId, userId, own, expires, problem }: Reader): string {
  const notes = [own ? 'yours' : '', expires === null ? '' : `expires ${expires}`, problem ?? ''].filter(
    (note) => note !== '',
  )
  return [fingerprint ?? keyId, userId, notes.join(', ')].filter((part) => part !== '').join('\t')
}
