import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Failure, isFailure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { keyIdsOf } from './gpg/encrypt.ts'
import { isUnlocked } from './gpg/forget-passphrases.ts'
import { findKeys, findOwnKeys, type GpgKey } from './gpg/keys.ts'
import { type Gpg, runGpg, unusableGpg } from './gpg/run.ts'
import type { StoreFlags } from './settings.ts'
import { noUsableKey } from './store/gpg-envelope.ts'
import { readIfThere } from './store/read-if-there.ts'
import { type AgentStore, openStore } from './store/store.ts'

/** One thing the doctor looked at. */
export interface Finding {
  readonly what: string
  readonly state: 'good' | 'warning' | 'bad'
  readonly says: string
}

const soonMs = 30 * 86_400_000

/** Everything about the agent's store that can be wrong; it is opened only where that asks nobody anything. */
export async function agentFindings(context: CliContext, flags: StoreFlags): Promise<Finding[]> {
  const store = openStore(context, flags)
  const sealed = readOrFailure(store.path)
  if (isFailure(sealed)) return [{ what: 'store', state: 'bad', says: sealed.message }, await clockFinding(context)]
  const findings: Finding[] = [storeFinding(store, sealed)]
  const isUnderPassphrase = sealed !== null && (await store.envelope()).kind === 'passphrase'
  if (!isUnderPassphrase) findings.push(...(await gpgFindings(context, store, sealed)))
  if (sealed !== null) findings.push(permissionFinding(store.path))
  findings.push(await clockFinding(context))
  return findings
}

function readOrFailure(path: string): Buffer | Failure | null {
  try {
    return readIfThere(path)
  } catch (cause) {
    if (isFailure(cause)) return cause
    throw cause
  }
}

function storeFinding({ path }: AgentStore, sealed: Buffer | null): Finding {
  const what = 'store'
  if (sealed === null)
    return { what, state: 'warning', says: `There is no store at ${path} yet. Run \`watchword agent init\`.` }
  if (sealed.length === 0)
    return { what, state: 'bad', says: `${path} is empty. Its last good version is ${path}.bak.` }
  return { what, state: 'good', says: path }
}

async function gpgFindings(context: CliContext, store: AgentStore, sealed: Buffer | null): Promise<Finding[]> {
  const { gpg } = store.settings
  try {
    const version = (await runGpg(gpg, ['--version'])).output.toString().split('\n', 1)[0] ?? ''
    const found = versionFinding(gpg, version)
    if (found.state === 'bad') return [found]
    const own = await findOwnKeys(gpg)
    if (sealed === null) return [found, ownKeyFinding(own)]
    const readers: Finding[] = []
    const ids = await keyIdsOf(gpg, sealed)
    for (const id of ids) readers.push(readerFinding(id, (await findKeys(gpg, id))[0], context.now()))
    const opening = own.filter((key) => key.encryptionKeyIds.some((id) => ids.includes(id)))
    return [found, ...readers, await openableFinding(store, opening)]
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    return [{ what: 'gpg', state: 'bad', says: cause.message }]
  }
}

function versionFinding(gpg: Gpg, line: string): Finding {
  const [, major, minor] = /\b(\d+)\.(\d+)\.\d+/.exec(line) ?? []
  const isEnough = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 1)
  if (isEnough) return { what: 'gpg', state: 'good', says: line }
  const reason = line === '' ? 'it says no version' : `it is ${line}`
  return { what: 'gpg', state: 'bad', says: unusableGpg(gpg, reason).message }
}

function ownKeyFinding(own: readonly GpgKey[]): Finding {
  const usable = own.filter((key) => key.unusable === null)
  const says = usable.map((key) => `${key.userId} ${key.fingerprint}`).join(', ')
  if (usable.length === 1) return { what: 'key', state: 'good', says }
  return {
    what: 'key',
    state: 'warning',
    says:
      usable.length === 0
        ? noUsableKey(own).message
        : `gpg has several keys of yours: ${says}. Choose with \`watchword agent init --gpgrecipient KEY\`.`,
  }
}

function readerFinding(id: string, key: GpgKey | undefined, nowMs: number): Finding {
  const what = `recipient ${id}`
  if (key === undefined)
    return { what, state: 'warning', says: 'gpg does not know this key, so it cannot be kept at the next change.' }
  const { userId, unusable, expiresAtSeconds } = key
  if (unusable !== null)
    return {
      what,
      state: 'bad',
      says: `${userId} is ${unusable}: the store cannot be changed until it is renewed or removed.`,
    }
  if (expiresAtSeconds !== null && expiresAtSeconds * 1000 < nowMs + soonMs) {
    return {
      what,
      state: 'warning',
      says: `${userId} expires on ${new Date(expiresAtSeconds * 1000).toISOString().slice(0, 10)}.`,
    }
  }
  return { what, state: 'good', says: userId }
}

async function openableFinding(store: AgentStore, opening: readonly GpgKey[]): Promise<Finding> {
  const what = 'access'
  if (opening.length === 0) return { what, state: 'bad', says: 'None of your keys opens the store.' }
  const unlocked = await isUnlocked(
    store.settings.gpg,
    opening.flatMap((key) => key.keygrips),
  )
  if (unlocked === null)
    return { what, state: 'good', says: "Your key opens the store; gpg's agent is not running yet." }
  if (!unlocked) return { what, state: 'good', says: 'Your key opens the store after its passphrase.' }
  try {
    // Only opening it shows that it is whole; here that asks nothing.
    await store.accounts()
    return { what, state: 'good', says: 'Your key opens the store without a question.' }
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    return { what, state: 'bad', says: cause.message }
  }
}

function permissionFinding(path: string): Finding {
  const folder = dirname(realpathSync(path))
  if (!isWritable(folder)) {
    return { what: 'permissions', state: 'warning', says: `${folder} cannot be written: nothing can be changed there.` }
  }
  const mode = statSync(path).mode & 0o777
  return (mode & 0o077) === 0
    ? { what: 'permissions', state: 'good', says: 'Only you can read the store.' }
    : { what: 'permissions', state: 'warning', says: `Others can read or write ${path}. Run \`chmod 600 ${path}\`.` }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Codes come from the clock; whether it is kept right, only the system knows. */
async function clockFinding(context: CliContext): Promise<Finding> {
  const { take } = await import('./clipboard/call.ts')
  const answer = await take(['timedatectl', 'show', '--property=NTPSynchronized', '--value'], context.env)
  const what = 'clock'
  if (answer === null)
    return { what, state: 'good', says: `${new Date(context.now()).toISOString()}; compare it with another clock.` }
  return answer.trim() === 'yes'
    ? { what, state: 'good', says: 'The clock is kept by a time server.' }
    : {
        what,
        state: 'warning',
        says: 'The clock is not kept by a time server: codes may be refused. Run `timedatectl set-ntp true`.',
      }
}
