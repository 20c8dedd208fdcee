import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { describeWith } from '../support/programs.ts'

const project = resolve(import.meta.dirname, '../..')

/** The walk of the README as a script. */
function walk(port: number): string {
  const [, section = ''] = readFileSync(join(project, 'README.md'), 'utf8').split('## A walk')
  const block = /```sh\n([\s\S]*?)```/.exec(section)?.[1] ?? ''
  return block.replace('WATCHWORD_PORT=8321', `WATCHWORD_PORT=${port}`)
}

describeWith(['oathtool', 'sqlite3', 'curl', 'bash'], 'the walk, pasted', () => {
  it('does what the README says it does', async () => {
    const path = `${join(project, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
    const { stdout, stderr } = spawnSync('bash', ['-c', walk(await freePort())], {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, PATH: path },
      timeout: 280_000,
    })
    const told = `${stdout}\n${stderr}`
    expect(told).toContain('"accepted":true')
    expect(told).toContain('"reason":"replayed"')
    expect(told).toMatch(/"code":"\d{6}"/)
    expect(told.match(/found in row \d+/g)).toHaveLength(3)
    expect(told).not.toContain('command not found')
    expect(told).not.toContain('bad_request')
  })
})
