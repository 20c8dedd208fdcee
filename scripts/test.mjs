// `npm test`: installs what is missing, builds, checks format, types and rules, and runs every test.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { installPackages, pinnedNode, root, run } from './lib.mjs'

installPackages()
run(pinnedNode, [join(root, 'scripts', 'install-programs.mjs')])
run(pinnedNode, [join(root, 'scripts', 'build.mjs'), '--if-stale'])

const bin = join(root, 'node_modules', '.bin')
const temporary = mkdtempSync(join(tmpdir(), 'watchword-test-'))
const skippedFile = join(temporary, 'skipped')
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, WATCHWORD_SKIPPED_FILE: skippedFile }
const given = process.argv.slice(2)

const checks =
  given.length > 0
    ? []
    : [
        ['oxfmt', '--check'],
        ['tsc', '-p', '.'],
        ['tsc', '-p', 'web'],
        ['oxlint', '--type-aware'],
      ]
const failed = checks.filter(([program, ...args]) => {
  console.error(`watchword: ${program} ${args.join(' ')}`)
  return spawnSync(join(bin, program), args, { cwd: root, stdio: 'inherit', env }).status !== 0
})

const report = join(temporary, 'report.json')
const { status } = spawnSync(
  pinnedNode,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...given,
  ],
  { cwd: root, stdio: 'inherit', env },
)
const haveAllPassed = sayWhatRan()
rmSync(temporary, { recursive: true, force: true })
process.exit(status === 0 && haveAllPassed && failed.length === 0 ? 0 : 1)

/** Answers whether the report tells of tests and of no failure: a status alone has lied before. */
function sayWhatRan() {
  for (const [program] of failed) console.log(`watchword: ${program} found faults`)
  if (existsSync(skippedFile)) console.log(`Skipped suites:\n${readFileSync(skippedFile, 'utf8')}`)
  if (!existsSync(report)) return false
  const { numPassedTests, numFailedTests, numPendingTests, success } = JSON.parse(readFileSync(report, 'utf8'))
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  return success && numPassedTests > 0
}
