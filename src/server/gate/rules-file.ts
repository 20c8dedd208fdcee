import { BlockList, isIP } from 'node:net'
import { type Document, isNode, LineCounter, parseDocument, visit } from 'yaml'
import { Failure } from '../../errors/failure.ts'
import { canonicalHost } from './host.ts'
import { slowness } from './linear-expression.ts'
import { knownMethod } from './method.ts'
import { placeMatcher, readPlace } from './place.ts'
import { compileDomain, type PortalDomain } from './portal-domain.ts'
import type { Rule } from './rules.ts'
import { type Complain, entriesOf, type RuleEntry } from './rules-shape.ts'

/** A rules file, compiled. */
export interface RuleSet {
  readonly rules: readonly Rule[]
  readonly domains: readonly PortalDomain[]
}

/**
 * Compiles a rules file.
 *
 * @throws {@link Failure} `gate_rules_unreadable` with the mistakes of the file, each with its line and the reason
 */
export function parseRules(yamlText: string): RuleSet {
  const mistakes: Mistake[] = []
  const set = readRules(yamlText, mistakes)
  if (mistakes.length === 0) return set
  const ordered = mistakes.toSorted((a, b) => a.line - b.line)
  const sentences = [...new Set(ordered.map(({ line, reason }) => `line ${line}: ${reason}`))]
  const more = sentences.length - maxTold
  if (more > 0) sentences.splice(maxTold, more, `and ${more} more`)
  throw new Failure('gate_rules_unreadable', { detail: { mistakes: sentences.join('; ') } })
}

/** Mistakes told at once; a refused file stands in the log and in the audit. */
const maxTold = 20

interface Mistake {
  readonly line: number
  readonly reason: string
}

/** Notes what is wrong with one entry. */
type ComplainOfEntry = (reason: string) => void

function readRules(yamlText: string, mistakes: Mistake[]): RuleSet {
  const lineCounter = new LineCounter()
  const document = parseDocument(yamlText, { lineCounter, uniqueKeys: true, strict: true })
  // What is only warned of, such as a tag nobody knows, would be read otherwise than its author meant.
  const unread = [...document.errors, ...document.warnings].map(({ linePos, message }) => ({
    line: linePos?.[0].line ?? 1,
    reason: message.split(' at line')[0] ?? 'it is not YAML',
  }))
  mistakes.push(...unread, ...lostAliases(document, lineCounter))
  // What follows from text that is no YAML is nobody's mistake.
  if (mistakes.length > 0) return { rules: [], domains: [] }
  const complain: Complain = (place, reason) =>
    mistakes.push({ line: lineOf(document.getIn(place, true), lineCounter), reason })
  const { rules, domains } = entriesOf(contentOf(document), complain)
  const portals: PortalDomain[] = []
  for (const { entry, index } of domains) {
    const compiled = compileDomain(entry, portals, (reason) => complain(['domains', index], reason))
    if (compiled !== null) portals.push(compiled)
  }
  return {
    rules: rules.map(({ entry, index }) =>
      compileRule(entry, index + 1, (reason) => complain(['rules', index], reason)),
    ),
    domains: portals,
  }
}

function lineOf(node: unknown, lineCounter: LineCounter): number {
  return isNode(node) ? lineCounter.linePos(node.range?.[0] ?? 0).line : 1
}

// A host that begins with a star and has no quotes is an alias to YAML.
function lostAliases(document: Document, lineCounter: LineCounter): Mistake[] {
  const lost: Mistake[] = []
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return
      const reason = `*${node.source} is an alias without its anchor; what begins with a star stands in quotes`
      lost.push({ line: lineOf(node, lineCounter), reason })
    },
  })
  return lost
}

/** How often one anchor may be repeated: for a file of many rules, and not for one that unfolds without end. */
const maxAliases = 1000

function contentOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases })
  } catch (cause) {
    const mistakes = 'it has more aliases than rules need'
    throw new Failure('gate_rules_unreadable', { detail: { mistakes }, cause })
  }
}

function compileRule(entry: RuleEntry, number: number, complain: ComplainOfEntry): Rule {
  return {
    number,
    name: entry.name ?? `rule ${number}`,
    hosts: textsOf(entry.host),
    matchesHost: hostMatcher(textsOf(entry.host), complain),
    matchesPath: pathMatcher(textsOf(entry.path), textsOf(entry.path_regex), complain),
    methods: entry.method === undefined ? null : methodSet(textsOf(entry.method), complain),
    networks: entry.network === undefined ? null : networkList(textsOf(entry.network), complain),
    people: nameSet(entry.person),
    groups: nameSet(entry.group),
    verdict: entry.policy,
    stepUpSeconds: entry.step_up_minutes === undefined ? null : entry.step_up_minutes * 60,
    sameSiteSockets: entry.websockets === 'same_site',
  }
}

// Names are kept composed (NFC); an editor may have written them otherwise.
function nameSet(names: string | readonly string[] | undefined): ReadonlySet<string> | null {
  return names === undefined ? null : new Set(textsOf(names).map((name) => name.normalize('NFC')))
}

function hostMatcher(hosts: readonly string[], complain: ComplainOfEntry): Rule['matchesHost'] {
  if (hosts.length === 0) return () => true
  const exact = new Set<string>()
  const suffixes: string[] = []
  for (const host of hosts) {
    const isWildcard = host.startsWith('*.')
    const canonical = canonicalHost(isWildcard ? host.slice(2) : host)
    if (canonical === null) complain(`${host} is no host name; use app.example.com or *.example.com`)
    else if (isWildcard) suffixes.push(`.${canonical}`)
    else exact.add(canonical)
  }
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix))
}

function pathMatcher(
  paths: readonly string[],
  expressions: readonly string[],
  complain: ComplainOfEntry,
): Rule['matchesPath'] {
  if (paths.length === 0 && expressions.length === 0) return () => true
  const places = paths.flatMap((path) => {
    const place = readPlace(path)
    if (!('fault' in place)) return [place]
    complain(`the path ${path} cannot match as meant: ${place.fault}`)
    return []
  })
  const compiled = expressions.flatMap((expression) => compileExpression(expression, complain) ?? [])
  const isInPlace = placeMatcher(places)
  return (path) => isInPlace(path) || compiled.some((expression) => expression.test(path))
}

function compileExpression(source: string, complain: ComplainOfEntry): RegExp | null {
  const expression = readRegExp(source)
  const reason = expression === null ? null : slowness(source)
  if (expression === null) complain(`the expression ${source} cannot be read`)
  if (reason !== null) complain(`a stranger's path could keep the expression ${source} busy: it ${reason}`)
  return reason === null ? expression : null
}

function readRegExp(source: string): RegExp | null {
  try {
    return new RegExp(source, 'us')
  } catch {
    return null
  }
}

function methodSet(methods: readonly string[], complain: ComplainOfEntry): ReadonlySet<string> {
  return new Set(
    methods.flatMap((text) => {
      const method = knownMethod(text)
      if (method === null) complain(`${text} is no method of HTTP`)
      return method ?? []
    }),
  )
}

function networkList(networks: readonly string[], complain: ComplainOfEntry): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix, ...more] = network.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most)
    if (family === 0 || !isPrefix || more.length > 0) complain(`${network} is no address or network`)
    else list.addSubnet(address, Number(prefix ?? most), family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

function textsOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}
