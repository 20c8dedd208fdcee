import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../../errors/failure.ts'
import { importPassTree, importSimpleotpStore, isOfStore } from '../../../importers/directory.ts'
import { detectFormat, importFile } from '../../../importers/import-file.ts'
import type { ImportReport } from '../../../importers/report.ts'
import { readQrCodes } from '../../../qr/read.ts'
import type { CliContext } from '../../context.ts'
import { decrypt, type DecryptionProblem } from '../gpg/decrypt.ts'
import type { Gpg } from '../gpg/run.ts'
import { readGivenFile } from '../private-file.ts'
import { showProgress } from './show-progress.ts'

/** What reading a source may use. */
export interface SourceAccess {
  readonly context: CliContext
  readonly gpg: Gpg
  /** The password of the file, where the command line gave one. */
  readonly password: string | undefined
  /** Answers gpg in place of its own question. */
  readonly passphrase: string | undefined
}

/** One file, folder or set of pictures, read. */
export interface ReadSource {
  readonly source: string
  readonly report: ImportReport
}

/**
 * Reads everything that was named. Pictures of one transfer are read together, in whatever order they come.
 *
 * @throws Failure of the first source that cannot be read at all; nothing was stored then
 */
export async function readSources(access: SourceAccess, paths: readonly string[]): Promise<ReadSource[]> {
  const files: { path: string; bytes: Buffer }[] = []
  const read: ReadSource[] = []
  for (const path of paths) {
    if (await isFolder(path)) read.push({ source: path, report: await readFolder(access, path) })
    else files.push({ path, bytes: await readGivenFile(access.context, path) })
  }
  const pictures = files.filter(({ bytes }) => isPicture(bytes))
  if (pictures.length > 1) read.push(await readPictures(access, pictures))
  for (const file of pictures.length > 1 ? files.filter(({ bytes }) => !isPicture(bytes)) : files) {
    read.push({ source: file.path, report: await readBytes(access, file.bytes) })
  }
  return read
}

async function readPictures(
  access: SourceAccess,
  pictures: readonly { path: string; bytes: Buffer }[],
): Promise<ReadSource> {
  const texts: string[] = []
  for (const { path, bytes } of pictures) {
    const found = await readQrCodes(bytes)
    if (found.length === 0) throw new Failure('agent_qr_empty', { detail: { file: path } })
    texts.push(...found)
  }
  const source = pictures.map(({ path }) => path).join(', ')
  return { source, report: await readBytes(access, Buffer.from(texts.join('\n'))) }
}

async function readBytes(access: SourceAccess, bytes: Buffer): Promise<ImportReport> {
  const { app, requirement } = detectFormat(bytes)
  if (requirement === 'gpg') return readBytes(access, await openMessage(access, bytes))
  const needsPassword = requirement === 'password' && access.password === undefined
  const password = needsPassword ? await askPassword(access.context, app) : access.password
  const progress = showProgress(access.context)
  try {
    return await importFile(bytes, { ...(password === undefined ? {} : { password }), onProgress: progress.start })
  } finally {
    progress.end()
  }
}

async function askPassword(context: CliContext, app: string): Promise<string> {
  const instead = 'Give --password-file.'
  return context.ask({ text: `Password of the ${app} file: `, asks: `the password of the ${app} file`, instead })
}

async function readFolder(access: SourceAccess, folder: string): Promise<ImportReport> {
  const files = await filesBelow(access.context, folder)
  const open = (message: Uint8Array) => openMessage(access, message)
  const isSimpleotp = [...files.keys()].some((path) => /(^|\/)\.totp_.+_secret$/.test(path))
  return isSimpleotp ? importSimpleotpStore(files, open) : importPassTree(files, open)
}

async function openMessage({ gpg, passphrase }: SourceAccess, message: Uint8Array): Promise<Buffer> {
  const opened = await decrypt(gpg, message, passphrase)
  if (opened.opened) return opened.plaintext
  if (opened.reason === 'cancelled') throw new Failure('agent_interrupted')
  throw new Failure('agent_gpg_failed', { detail: { action: 'open it', reason: reasons[opened.reason] } })
}

const reasons: Readonly<Record<Exclude<DecryptionProblem, 'cancelled'>, string>> = {
  'wrong passphrase': 'wrong passkey or unable to decrypt',
  locked: 'its key is locked and there is no terminal to ask on',
  'no key': 'it is encrypted to a key that is not yours',
  damaged: 'it was cut or altered',
  'not encrypted': 'it is no encrypted OpenPGP message',
}

async function filesBelow(context: CliContext, folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  for (const path of await pathsBelow(folder, '', new Set())) {
    files.set(path, await readGivenFile(context, join(folder, path)))
  }
  return files
}

/** The files of a store, each folder once: links may lead in a circle. */
async function pathsBelow(top: string, below: string, visited: Set<string>): Promise<string[]> {
  const here = await realpath(join(top, below))
  if (visited.has(here)) return []
  visited.add(here)
  const paths: string[] = []
  for (const name of await readdir(here)) {
    const path = below === '' ? name : `${below}/${name}`
    // A link to nothing is nothing.
    const found = await stat(join(here, name)).catch(() => null)
    if (found?.isDirectory() === true && name !== '.git') paths.push(...(await pathsBelow(top, path, visited)))
    if (found?.isFile() === true && isOfStore(path)) paths.push(path)
  }
  return paths
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path)
    .then((found) => found.isDirectory())
    .catch(() => false)
}

function isPicture(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4).toString('latin1')
  return start === '\u0089PNG' || start.startsWith('\u00ff\u00d8\u00ff') || start === 'GIF8'
}
