// `npm run security-answers`: writes docs/security/answers.md, each claim beside the tests whose titles carry its id.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib.mjs'

const title = /(['"`])((?:(?!\1)[^\n])*?\bT\d{2,3}\b(?:(?!\1)[^\n])*)\1/g

/** Every claim by its id, as scripts/security-claims.json words it. */
function securityClaims() {
  return JSON.parse(readFileSync(join(root, 'scripts', 'security-claims.json'), 'utf8'))
}

/** Titles of tests that carry an id, by id. */
function titledTests() {
  const found = {}
  for (const file of testFiles()) {
    for (const [, , text] of readFileSync(join(root, file), 'utf8').matchAll(title)) {
      for (const id of new Set(text.match(/\bT\d{2,3}\b/g))) (found[id] ??= []).push({ file, text })
    }
  }
  return found
}

function answersPage() {
  const tests = titledTests()
  const sections = Object.entries(securityClaims()).map(([id, { claim, answer }]) => {
    const lines = (tests[id] ?? []).map(({ file, text }) => `* \`${file}\`: ${withoutIds(text)}`)
    return [`## ${id}`, '', claim, '', ...(answer === undefined ? [] : [answer, '']), ...lines, ''].join('\n')
  })
  return `# What we claim, and the test that holds it

Written by \`npm run security-answers\` from the titles of the tests; \`test/security/papers.test.ts\` fails when a claim has
neither a test nor a written answer. The ids are stable.

${sections.join('\n')}`
}

function withoutIds(text) {
  return (
    text
      .replaceAll(/\bT\d{2,3}\b,? ?/g, '')
      // What stands in a title for the rows of a table, and brackets that held ids alone.
      .replaceAll(/%[sjdo]|\$\w+/g, '…')
      .replaceAll(/ ?\(\)/g, '')
      .replaceAll('|', '\\|')
      .trim() || 'the whole suite'
  )
}

function testFiles() {
  return readdirSync(join(root, 'test'), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('test', name))
    .toSorted()
}

function withoutAnswer() {
  const tests = titledTests()
  const claims = securityClaims()
  const unanswered = Object.keys(claims).filter((id) => tests[id] === undefined && claims[id].answer === undefined)
  const unknown = Object.keys(tests).filter((id) => claims[id] === undefined)
  return [...unanswered.map((id) => `${id} has no test and no answer`), ...unknown.map((id) => `${id} is no claim`)]
}

const page = join(root, 'docs', 'security', 'answers.md')
const written = answersPage().replace(/\n+$/, '\n')

if (process.argv.includes('--check')) {
  const isStale = readFileSync(page, 'utf8') !== written
  const problems = [
    ...withoutAnswer(),
    ...(isStale ? ['docs/security/answers.md is stale: npm run security-answers'] : []),
  ]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
} else writeFileSync(page, written)
