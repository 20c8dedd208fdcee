// `npm test`: installs what is missing, builds, checks format, types and rules, and runs every test.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
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

const first = runTests('first', given)
const isGreen = first.passed || (process.env.WATCHWORD_SECOND_TRY === '1' && passesAlone(first.failures))
rmSync(temporary, { recursive: true, force: true })
process.exit(isGreen && failed.length === 0 ? 0 : 1)

/** Runs tests and says what ran; passed only if the report tells of tests and of no failure: a status alone has lied before. */
function runTests(name, files) {
  const report = join(temporary, `${name}.json`)
  const { status } = spawnSync(
    pinnedNode,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...files,
    ],
    { cwd: root, stdio: 'inherit', env },
  )
  for (const [program] of failed) console.log(`watchword: ${program} found faults`)
  if (existsSync(skippedFile)) console.log(`Skipped suites:\n${readFileSync(skippedFile, 'utf8')}`)
  if (!existsSync(report)) return { passed: false, failures: [] }
  const { numPassedTests, numFailedTests, numPendingTests, success, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  )
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
  const failures = testResults
    .filter((file) => file.status === 'failed')
    .map((file) => ({
      file: relative(root, file.name),
      titles: file.assertionResults.filter((test) => test.status === 'failed').map((test) => test.fullName),
    }))
  return { passed: status === 0 && success && numPassedTests > 0, failures }
}

/**
 * Runs the one file that failed once more, alone, and names it. A machine that is late for a browser or a proxy shall
 * stop nobody's change. What stands for a law or an attack (`law 1`, `T04`), kills or floods looks for what happens
 * only now and then, and gets no second try.
 */
function passesAlone(failures) {
  const [{ file, titles } = { file: '', titles: [] }, ...others] = failures
  const isOfLaws = titles.some((title) => /\b(law \d|T\d\d)\b/.test(title))
  if (titles.length === 0 || others.length > 0 || isOfLaws || file.startsWith('test/faults/')) return false
  console.log(`watchword: ${file} failed; once more, alone`)
  const { passed } = runTests('second', [file])
  if (passed) console.log(`watchword: passed at the second try only, find out why: ${titles.join('; ')}`)
  return passed
}
