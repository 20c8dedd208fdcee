// `npm run sbom`: writes docs/security/sbom.json, the packages whose code ships, in CycloneDX. `--check` compares it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { root } from './lib.mjs'

const builtIn = /^(node:|\.|\/)/
const imported = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g

/** Packages that src and web import by name, sorted. */
function directPackages() {
  const names = [join(root, 'src'), join(root, 'web', 'src')]
    .flatMap((folder) => sourceFiles(folder))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(imported)].map(([, specifier]) => specifier))
    .filter((specifier) => !builtIn.test(specifier))
    .map((specifier) => packageName(specifier))
    .filter((name) => locate(name, root) !== null)
  return [...new Set(names)].toSorted((a, b) => a.localeCompare(b))
}

/** Those packages and all they depend on: name, version, licence, sorted by name. */
function shippedPackages() {
  const found = new Map()
  const waiting = directPackages().map((name) => ({ name, from: root }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = locate(next.name, next.from)
    if (folder === null || found.has(folder)) continue
    const { version, license, dependencies = {} } = manifest(folder)
    found.set(folder, { name: next.name, version, licence: license ?? 'unknown' })
    for (const name of Object.keys(dependencies)) waiting.push({ name, from: folder })
  }
  return [...found.values()].toSorted((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version))
}

/** The bill of materials; no time and no serial number, so that the same packages give the same file. */
function billOfMaterials() {
  const { name, version } = manifest(root)
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, version, licenses: [{ license: { id: 'Apache-2.0' } }] } },
    components: shippedPackages().map((each) => ({
      type: 'library',
      name: each.name,
      version: each.version,
      purl: `pkg:npm/${each.name.replace('@', '%40')}@${each.version}`,
      licenses: [{ expression: each.licence }],
    })),
  }
}

function locate(name, from) {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  return null
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function sourceFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(`node_modules${sep}`))
    .map((name) => join(folder, name))
}

const place = join(root, 'docs', 'security', 'sbom.json')
const text = `${JSON.stringify(billOfMaterials(), null, 2)}\n`
if (!process.argv.includes('--check')) writeFileSync(place, text)
else if (readFileSync(place, 'utf8') !== text) {
  console.error('docs/security/sbom.json is not of this code: npm run sbom')
  process.exitCode = 1
}
