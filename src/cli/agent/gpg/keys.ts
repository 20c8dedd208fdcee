import { Failure } from '../../../errors/failure.ts'
import { runGpg, type Gpg } from './run.ts'

/** A key as gpg lists it. */
export interface GpgKey {
  readonly fingerprint: string
  readonly userId: string
  /** Unix seconds, or null for a key that never expires. */
  readonly expiresAtSeconds: number | null
  /** Why the key cannot receive anything, or null when it can. */
  readonly unusable: string | null
  /**
   * The ids of its subkeys that encrypt, as a file's recipients name them; those that have ended too, since they still
   * open what was encrypted to them.
   */
  readonly encryptionKeyIds: readonly string[]
  /** The keygrips of its secret parts, as the agent names them. */
  readonly keygrips: readonly string[]
}

const validityReasons: Readonly<Record<string, string>> = {
  e: 'expired',
  r: 'revoked',
  d: 'disabled',
  i: 'not valid',
}

/** The keys that fit a name, an address or a fingerprint. */
export function findKeys(gpg: Gpg, name: string): Promise<GpgKey[]> {
  return listKeys(gpg, ['--list-keys', '--', name])
}

/** The keys whose secret part is here, so that we can decrypt with them; all of them, or those that fit a name. */
export function findOwnKeys(gpg: Gpg, name?: string): Promise<GpgKey[]> {
  return listKeys(gpg, ['--with-keygrip', '--list-secret-keys', ...(name === undefined ? [] : ['--', name])])
}

/**
 * The one usable key for a recipient as a person wrote it.
 *
 * @throws {@link Failure} `agent_recipient_not_found`, `agent_recipient_ambiguous` or `agent_recipient_unusable`
 */
export async function resolveRecipient(gpg: Gpg, recipient: string): Promise<GpgKey> {
  const keys = await findKeys(gpg, recipient)
  const usable = keys.filter((key) => key.unusable === null)
  const [only] = usable.length === 0 ? keys : usable
  if (only === undefined) throw new Failure('agent_recipient_not_found', { detail: { recipient } })
  if (usable.length > 1) throw ambiguousRecipient(recipient, usable)
  if (only.unusable !== null) {
    throw new Failure('agent_recipient_unusable', { detail: { recipient, reason: only.unusable } })
  }
  return only
}

/** The failure for a name that fits several keys: their fingerprints tell them apart. */
export function ambiguousRecipient(recipient: string, keys: readonly GpgKey[]): Failure {
  const fingerprints = keys.map((key) => key.fingerprint).join(', ')
  return new Failure('agent_recipient_ambiguous', { detail: { recipient, fingerprints } })
}

async function listKeys(gpg: Gpg, args: readonly string[]): Promise<GpgKey[]> {
  const answer = await runGpg(gpg, ['--with-colons', '--fixed-list-mode', ...args])
  return parseKeyList(answer.output.toString())
}

/**
 * Reads gpg's machine-readable key list.
 *
 * @see GnuPG doc/DETAILS, "Format of the colon listings": field 2 validity, 5 key id, 7 expiry, 10 text, 12 capabilities
 */
export function parseKeyList(text: string): GpgKey[] {
  const groups: string[][][] = []
  for (const line of text.split('\n')) {
    const fields = line.split(':')
    if (fields[0] === 'pub' || fields[0] === 'sec') groups.push([fields])
    else groups.at(-1)?.push(fields)
  }
  return groups.map(readKey)
}

function readKey(records: readonly string[][]): GpgKey {
  const head = records[0] ?? []
  const field = (kind: string, index: number) => records.find(([type]) => type === kind)?.[index] ?? ''
  const all = (kind: string, index: number) => records.filter(([type]) => type === kind).map((record) => record[index])
  const expiry = Number(head[6])
  const encrypting = records.filter(
    ([type, , , , , , , , , , , capabilities]) =>
      /^(pub|sec|sub|ssb)$/.test(type ?? '') && (capabilities ?? '').includes('e'),
  )
  return {
    fingerprint: field('fpr', 9),
    userId: unescapeColons(field('uid', 9)),
    expiresAtSeconds: expiry > 0 ? expiry : null,
    unusable:
      validityReasons[head[1] ?? ''] ?? ((head[11] ?? '').includes('E') ? null : 'without a part that encrypts'),
    encryptionKeyIds: encrypting.map((record) => record[4] ?? ''),
    keygrips: all('grp', 9).filter((grip) => grip !== undefined),
  }
}

function unescapeColons(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
