import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { Failure } from '../errors/failure.ts'
import { newRootKey, parseRootKey, rootKeyText, type RootKey } from './root-key.ts'

/** Where root keys come from. During a rotation there are two: the one being moved to comes first. */
export interface RootKeyProvider {
  /** The file, variable or command, for messages. */
  readonly place: string
  /** @throws {@link Failure} `root_key_*` */
  load(): Promise<readonly RootKey[]>
  /** Puts these keys in place of the present ones; absent where we cannot write. */
  readonly replace?: (keys: readonly RootKey[]) => void
  /** Keeps a key that is being replaced, for the backups it sealed. Answers the file. */
  readonly keep?: (key: RootKey) => string
  /** A key that was kept so, null when there is none of this id. */
  readonly kept?: (id: string) => RootKey | null
}

/** A file of mode 0600 with one key a line, made at the first start, its folder too. */
export interface FileProviderOptions {
  /** Whether a missing file is made. False once a database exists: a new key could not open it. */
  readonly mayCreate: boolean
}

/** Root keys in a file. */
export function fileProvider(file: string, { mayCreate }: FileProviderOptions): RootKeyProvider {
  return {
    place: file,
    load: async () => {
      if (statSync(file, { throwIfNoEntry: false }) === undefined) {
        if (!mayCreate) throw new Failure('root_key_missing', { detail: { place: file } })
        createKeyFile(file)
      }
      refuseOpenFile(file)
      return parseKeys(readFileSync(file, 'utf8'), file)
    },
    replace: (keys) => replaceKeyFile(realpathSync(file), keys),
    keep: (key) => keepBeside(realpathSync(file), key),
    kept: (id) => readKept(`${existsSync(file) ? realpathSync(file) : file}.${id}`),
  }
}

/** A root key that was handed over as text, from a variable or the file the variable names. */
export function textProvider(text: string, place: string): RootKeyProvider {
  return { place, load: async () => parseKeys(text, place) }
}

/**
 * Root keys printed by a command (a key management service, `pass show …`), run without a shell.
 *
 * @param command - the program and its arguments
 */
export function commandProvider(command: readonly string[]): RootKeyProvider {
  const [program = '', ...commandArguments] = command
  const place = `of the command "${program}"`
  return {
    place,
    load: async () => {
      const { stdout } = await promisify(execFile)(program, commandArguments, { timeout: 30_000 }).catch(
        (error: unknown) => {
          // The message of a failed command repeats its arguments and output: only its code is told.
          throw new Failure('root_key_command_failed', { detail: { reason: `exit ${codeOf(error)}` } })
        },
      )
      return parseKeys(stdout, place)
    },
  }
}

function parseKeys(text: string, place: string): RootKey[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return (lines.length === 0 ? [''] : lines).map((line) => parseRootKey(line, place))
}

function createKeyFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    linkDraft(writeDraft(file, [newRootKey()]), file)
  } catch (cause) {
    throw new Failure('root_key_not_made', { detail: { place: file, reason: codeOf(cause) }, cause })
  }
}

// Linking fails when the name is taken: of two servers that start at once, both end up with one key.
function linkDraft(draft: string, file: string): void {
  try {
    // Made by root in the folder of who serves, it is theirs.
    if (process.getuid?.() === 0) handOver(draft, statSync(dirname(file)))
    linkSync(draft, file)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}

function replaceKeyFile(file: string, keys: readonly RootKey[]): void {
  writeWhole(file, file, keys)
}

function keepBeside(file: string, key: RootKey): string {
  const place = `${file}.${key.id}`
  if (!existsSync(place)) writeWhole(place, file, [key])
  return place
}

/** Writes keys to a place, whole or not at all. They become the key file's owner's: who rotates may be root, who serves is not. */
function writeWhole(place: string, keyFile: string, keys: readonly RootKey[]): void {
  const draft = writeDraft(keyFile, keys)
  try {
    handOver(draft, statSync(keyFile))
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft)
    throw error
  }
}

function readKept(place: string): RootKey | null {
  return existsSync(place) ? parseRootKey(readFileSync(place, 'utf8'), place) : null
}

function handOver(file: string, { uid, gid }: Stats): void {
  if (process.getuid === undefined || process.getuid() === uid) return
  chownSync(file, uid, gid)
}

function writeDraft(file: string, keys: readonly RootKey[]): string {
  const draft = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(draft, keys.map((key) => `${rootKeyText(key)}\n`).join(''), { mode: 0o600, flush: true, flag: 'wx' })
  chmodSync(draft, 0o600)
  return draft
}

function refuseOpenFile(file: string): void {
  const isOpenToOthers = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  if (isOpenToOthers) throw new Failure('root_key_open_to_others', { detail: { place: file } })
}
