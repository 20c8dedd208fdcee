import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changeSharedFile, renameOver } from '../../../src/cli/aws/shared-file.ts'

const moduleUrl = new URL('../../../src/cli/aws/shared-file.ts', import.meta.url).href
const pinnedNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))
let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ww-shared-'))
  path = join(folder, 'aws', 'credentials')
})
afterEach(() => rmSync(folder, { recursive: true }))

const change = (edit: (text: string) => string | null) => changeSharedFile(path, join(folder, 'locks'), edit)

describe('changeSharedFile', () => {
  it('writes nothing where a variable is set and empty: the AWS tools read no file then', async () => {
    const refused = changeSharedFile('', join(folder, 'locks'), () => 'new\n')
    await expect(refused).rejects.toMatchObject({ code: 'aws_file_refused' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('makes a missing file, for its owner only', async () => {
    expect(await change(() => 'new\n')).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('keeps the mode and follows a symbolic link', async () => {
    mkdirSync(join(folder, 'aws'))
    writeFileSync(join(folder, 'real'), 'old\n')
    chmodSync(join(folder, 'real'), 0o640)
    symlinkSync('../real', path)
    await change((text) => `${text}more\n`)
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('old\nmore\n')
    expect(statSync(join(folder, 'real')).mode & 0o777).toBe(0o640)
  })

  it('writes nothing when nothing changes', async () => {
    await change(() => 'same')
    const before = statSync(path).ino
    expect(await change((text) => text)).toBe(false)
    expect(statSync(path).ino).toBe(before)
  })

  it('tidies up after a killed writer, also when there is nothing to write', async () => {
    await change(() => 'same')
    const left = join(folder, 'aws', `.credentials.${'0'.repeat(16)}.new`)
    writeFileSync(left, 'half of some')
    expect(await change((text) => text)).toBe(false)
    expect(readdirSync(join(folder, 'aws'))).toEqual(['credentials'])
  })

  it('loses no change of many writers at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => change((text) => `${text}${index}\n`)))
    expect(
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(Array.from({ length: 20 }, (_, index) => String(index)))
  })

  it('leaves a whole file when a writer is killed, at whatever point, and the next one tidies up', async () => {
    const script = `import { changeSharedFile } from ${JSON.stringify(moduleUrl)}
      for (let turn = 0; ; turn += 1) {
        await changeSharedFile(${JSON.stringify(path)}, ${JSON.stringify(join(folder, 'locks'))}, () => String(turn % 10).repeat(200_000))
        if (turn === 0) process.stdout.write('at work')
      }`
    await change(() => '0'.repeat(200_000))
    for (let round = 0; round < 6; round += 1) {
      const writer = spawn(pinnedNode, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
      await once(writer.stdout, 'data')
      await sleep(round * 37)
      writer.kill('SIGKILL')
      await new Promise((resolve) => writer.on('close', resolve))
      const text = readFileSync(path, 'utf8')
      expect(text).toBe(text.charAt(0).repeat(200_000))
    }
    await change(() => 'tidy')
    expect(readdirSync(join(folder, 'aws'))).toEqual(['credentials'])
  })
})

describe('renameOver', () => {
  it('tries again while another program holds the file open, as on Windows', async () => {
    let refusals = 3
    const busy = (from: string, to: string) => {
      refusals -= 1
      if (refusals >= 0) return Promise.reject(Object.assign(new Error('busy'), { code: 'EPERM' }))
      return Promise.resolve(renameSync(from, to))
    }
    writeFileSync(join(folder, 'from'), 'new')
    await renameOver(join(folder, 'from'), join(folder, 'to'), busy, 1)
    expect(readFileSync(join(folder, 'to'), 'utf8')).toBe('new')
  })

  it('passes on what will not pass', async () => {
    const gone = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))
    await expect(renameOver('a', 'b', gone, 1)).rejects.toThrow('gone')
  })
})
