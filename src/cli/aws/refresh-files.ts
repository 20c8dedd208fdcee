import { hash } from 'node:crypto'
import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { withLock } from '../agent/store/lock.ts'
import { dropCached, readCached, writeCached } from './credential-cache.ts'
import { cacheName, type AwsPaths } from './paths.ts'
import { formatProfileFile, parseProfileFile, type ProfileFile } from './profile-file.ts'
import {
  mentionsOurs,
  movedSections,
  planProfiles,
  refuseShadowed,
  type ProfilePlan,
  type ProfileWishes,
} from './profile-plan.ts'
import { changeSharedFile, readText } from './shared-file.ts'

/** A file as it was read, and what a refresh makes of it. */
export interface PlannedFile {
  readonly path: string
  readonly before: ProfileFile
  readonly plan: ProfilePlan
}

/** What a refresh does: to the file that gets the profiles, and to the other one, which those of ours leave. */
export interface RefreshPlan {
  readonly target: PlannedFile
  /** Null where the other file holds nothing of ours. */
  readonly other: PlannedFile | null
}

/** A file's path and text. */
interface FileText {
  readonly path: string
  readonly text: string
}

/** A file that the last refresh changed: its text before, and a hash of what it was made to be. */
interface UndoneFile {
  readonly path: string
  readonly before: string
  readonly afterHash: string
}

/** Decides what a refresh would do, and writes nothing. */
export async function previewRefresh(paths: AwsPaths, wishes: ProfileWishes): Promise<RefreshPlan> {
  const { target, other } = await placesOf(paths, wishes)
  return planRefresh(await fileText(target), other === null ? null : await fileText(other), wishes)
}

/**
 * Writes the profiles into their file and takes those of ours out of the other one.
 *
 * In that order, so that a reader in between finds them in both files and never in none. What the files were is kept,
 * sealed, for {@link undoRefresh}.
 */
export function writeRefresh(paths: AwsPaths, wishes: ProfileWishes): Promise<RefreshPlan> {
  return withRefreshLock(paths, async () => {
    const { target, other } = await placesOf(paths, wishes)
    const elsewhere = other === null ? null : await fileText(other)
    const undone: UndoneFile[] = []
    const change = async (path: string, edit: (text: string) => ProfileFile) => {
      let file: UndoneFile | undefined
      const isWritten = await changeSharedFile(path, paths.settingsFolder, (before) => {
        const after = formatProfileFile(edit(before))
        file = { path, before, afterHash: hashOf(after) }
        return after
      })
      if (isWritten && file !== undefined) undone.push(file)
    }
    let planned: RefreshPlan | undefined
    await change(target, (text) => {
      planned = planRefresh({ path: target, text }, elsewhere, wishes)
      return planned.target.plan.file
    })
    if (planned === undefined) throw new Error('The edit of the profile file did not run')
    const left = planned.other?.path
    if (left !== undefined) await change(left, (text) => planLeft({ path: left, text }, wishes).plan.file)
    if (undone.length > 0) writeCached(paths, undoName(paths), undone)
    return planned
  })
}

/**
 * Brings the files back that the last refresh changed.
 *
 * @returns their paths
 * @throws {@link Failure} `aws_undo_missing`; `aws_undo_changed` where something else changed a file since
 */
export function undoRefresh(paths: AwsPaths): Promise<string[]> {
  return withRefreshLock(paths, async () => {
    const files = readCached<UndoneFile[]>(paths, undoName(paths))
    if (files === null) throw new Failure('aws_undo_missing')
    const requireUnchanged = (path: string, text: string, afterHash: string) => {
      if (hashOf(text) !== afterHash) throw new Failure('aws_undo_changed', { detail: { path } })
    }
    for (const { path, afterHash } of files) requireUnchanged(path, await readText(path), afterHash)
    for (const { path, before, afterHash } of files) {
      await changeSharedFile(path, paths.settingsFolder, (text) => {
        requireUnchanged(path, text, afterHash)
        return before
      })
    }
    dropCached(paths, undoName(paths))
    return files.map(({ path }) => path)
  })
}

function planRefresh(target: FileText, other: FileText | null, wishes: ProfileWishes): RefreshPlan {
  const before = parseProfileFile(target.text, target.path)
  // The credentials file also matters for what is not ours in it: its keys would win.
  const isRead = other !== null && (wishes.isConfigFile || mentionsOurs(other.text))
  const left = isRead ? planLeft(other, wishes) : null
  const plan = planProfiles(before, wishes, left === null ? [] : movedSections(left.before, wishes))
  if (wishes.isConfigFile && left !== null) refuseShadowed(plan, left.plan.file, left.path)
  return { target: { path: target.path, before, plan }, other: left }
}

/** The other file without any profile of ours. */
function planLeft({ path, text }: FileText, wishes: ProfileWishes): PlannedFile {
  const before = parseProfileFile(text, path)
  const plan = planProfiles(before, { ...wishes, roleArns: [], isConfigFile: !wishes.isConfigFile })
  return { path, before, plan }
}

/** The file to write, and the other one; null where there is none, or where both are one file. */
async function placesOf(
  { credentialsFile, configFile }: AwsPaths,
  { isConfigFile, isAlone = false }: ProfileWishes,
): Promise<{ target: string; other: string | null }> {
  const [target, other] = isConfigFile ? [configFile, credentialsFile] : [credentialsFile, configFile]
  const [one, another] = await Promise.all([target, other].map((path) => realpath(path).catch(() => path)))
  return { target, other: isAlone || one === another ? null : other }
}

async function fileText(path: string): Promise<FileText> {
  return { path, text: await readText(path) }
}

async function withRefreshLock<T>({ settingsFolder }: AwsPaths, work: () => Promise<T>): Promise<T> {
  await mkdir(settingsFolder, { recursive: true, mode: 0o700 })
  return withLock(join(settingsFolder, 'refresh.lock'), work)
}

function undoName(paths: AwsPaths): string {
  return cacheName(paths.settingsFolder, 'undo')
}

function hashOf(text: string): string {
  return hash('sha256', text, 'hex')
}
