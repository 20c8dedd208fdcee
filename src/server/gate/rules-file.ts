import { BlockList, isIP } from 'node:net'
import { Type, type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { Failure } from '../../errors/failure.ts'
import { isShared } from './cookie-area.ts'
import { canonicalHost } from './host.ts'
import { slowness } from './linear-expression.ts'
import { knownMethod } from './method.ts'
import { placeMatcher, readPlace } from './place.ts'
import type { Rule } from './rules.ts'

const Texts = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })])

const RuleEntry = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    host: Type.Optional(Texts),
    path: Type.Optional(Texts),
    path_regex: Type.Optional(Texts),
    method: Type.Optional(Texts),
    network: Type.Optional(Texts),
    person: Type.Optional(Texts),
    group: Type.Optional(Texts),
    policy: Type.Enum(['bypass', 'one_factor', 'two_factor', 'deny']),
    websockets: Type.Optional(Type.Enum(['any', 'same_site'])),
    step_up_minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080 })),
  },
  { additionalProperties: false },
)
type RuleEntry = Static<typeof RuleEntry>

const RulesDocument = Type.Object(
  {
    rules: Type.Array(RuleEntry),
    domains: Type.Optional(
      Type.Array(
        Type.Object(
          { domain: Type.String({ minLength: 1 }), portal: Type.String({ minLength: 1 }) },
          { additionalProperties: false },
        ),
      ),
    ),
  },
  { additionalProperties: false },
)

/** A domain whose apps share one login, and where its portal stands. */
export interface PortalDomain {
  readonly domain: string
  readonly portalUrl: string
}

/** A rules file, compiled. */
export interface RuleSet {
  readonly rules: readonly Rule[]
  readonly domains: readonly PortalDomain[]
}

/**
 * Compiles a rules file.
 *
 * @throws {@link Failure} `gate_rules_unreadable` with the line and the reason of the first mistake
 */
export function parseRules(yamlText: string): RuleSet {
  const lineCounter = new LineCounter()
  const document = parseDocument(yamlText, { lineCounter, uniqueKeys: true, strict: true })
  // What is only warned of, such as a tag nobody knows, would be read otherwise than its author meant.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined)
    throw unreadable(error.linePos?.[0].line ?? 1, error.message.split(' at line')[0] ?? 'it is not YAML')
  const lineOf = (path: readonly (string | number)[]) => {
    const node = document.getIn(path, true)
    const range =
      typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : [0]
    return lineCounter.linePos(Number(range[0])).line
  }
  const content = contentOf(document)
  const validator = Compile(RulesDocument)
  if (!validator.Check(content)) {
    const [fault] = validator.Errors(content)
    const path = (fault?.instancePath ?? '')
      .split('/')
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    throw unreadable(lineOf(path), faultText(path, fault?.message ?? 'does not fit'))
  }
  return {
    rules: content.rules.map((entry, index) => compileRule(entry, index + 1, lineOf(['rules', index]))),
    domains: (content.domains ?? []).map(({ domain, portal }, index) =>
      compileDomain(domain, portal, lineOf(['domains', index])),
    ),
  }
}

/** Where the keys stand that a rules file may have. */
const knownKeys: Readonly<Record<string, readonly string[]>> = {
  '': ['rules', 'domains'],
  rules: Object.keys(RuleEntry.properties),
  domains: ['domain', 'portal'],
}

function faultText(path: readonly (string | number)[], message: string): string {
  const parent = path.length > 1 ? String(path[0]) : ''
  const keys = knownKeys[parent] ?? []
  const last = String(path.at(-1) ?? '')
  const isUnknown = (parent === '' || path.length === 3) && last !== '' && !keys.includes(last)
  if (isUnknown) return `there is no key ${last}; there are ${keys.join(', ')}`
  return `${path.join('.') || 'the file'} ${message}`
}

/** How often one anchor may be repeated: for a file of many rules, and not for one that unfolds without end. */
const maxAliases = 1000

function contentOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases })
  } catch (error) {
    const isEndless = error instanceof Error && error.message.startsWith('Excessive alias count')
    throw unreadable(1, isEndless ? 'it has more aliases than rules need' : 'an alias in it has no anchor before it')
  }
}

function compileRule(entry: RuleEntry, number: number, line: number): Rule {
  return {
    number,
    name: entry.name ?? `rule ${number}`,
    hosts: textsOf(entry.host),
    matchesHost: hostMatcher(textsOf(entry.host), line),
    matchesPath: pathMatcher(textsOf(entry.path), textsOf(entry.path_regex), line),
    methods: entry.method === undefined ? null : methodSet(textsOf(entry.method), line),
    networks: entry.network === undefined ? null : networkList(textsOf(entry.network), line),
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

function hostMatcher(hosts: readonly string[], line: number): Rule['matchesHost'] {
  if (hosts.length === 0) return () => true
  const exact = new Set<string>()
  const suffixes: string[] = []
  for (const host of hosts) {
    const isWildcard = host.startsWith('*.')
    const canonical = canonicalHost(isWildcard ? host.slice(2) : host)
    if (canonical === null) throw unreadable(line, `${host} is no host name; use app.example.com or *.example.com`)
    if (isWildcard) suffixes.push(`.${canonical}`)
    else exact.add(canonical)
  }
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix))
}

function pathMatcher(paths: readonly string[], expressions: readonly string[], line: number): Rule['matchesPath'] {
  if (paths.length === 0 && expressions.length === 0) return () => true
  const places = paths.map((path) => {
    const place = readPlace(path)
    if ('fault' in place) throw unreadable(line, `the path ${path} cannot match as meant: ${place.fault}`)
    return place
  })
  const compiled = expressions.map((expression) => compileExpression(expression, line))
  const isInPlace = placeMatcher(places)
  return (path) => isInPlace(path) || compiled.some((expression) => expression.test(path))
}

function compileExpression(source: string, line: number): RegExp {
  const expression = readRegExp(source)
  if (expression === null) throw unreadable(line, `the expression ${source} cannot be read`)
  const reason = slowness(source)
  if (reason === null) return expression
  throw unreadable(line, `a stranger's path could keep the expression ${source} busy: it ${reason}`)
}

function readRegExp(source: string): RegExp | null {
  try {
    return new RegExp(source, 'us')
  } catch {
    return null
  }
}

function methodSet(methods: readonly string[], line: number): ReadonlySet<string> {
  return new Set(
    methods.map((text) => {
      const method = knownMethod(text)
      if (method === null) throw unreadable(line, `${text} is no method of HTTP`)
      return method
    }),
  )
}

function networkList(networks: readonly string[], line: number): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix, ...more] = network.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= most)
    if (family === 0 || !isPrefix || more.length > 0) throw unreadable(line, `${network} is no address or network`)
    list.addSubnet(address, Number(prefix ?? most), family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

function compileDomain(domain: string, portal: string, line: number): PortalDomain {
  const canonical = canonicalHost(domain)
  const url = URL.parse(portal)
  if (canonical === null) throw unreadable(line, `${domain} is no domain`)
  if (!isShared(canonical))
    throw unreadable(line, `${domain} is a public suffix or an address, where no cookie is shared`)
  if (url === null || !/^https?:$/.test(url.protocol)) throw unreadable(line, `${portal} is no address of a portal`)
  if (url.hostname !== canonical && !url.hostname.endsWith(`.${canonical}`)) {
    throw unreadable(line, `the portal ${portal} lies outside ${canonical}, so its cookie could not reach the apps`)
  }
  return { domain: canonical, portalUrl: url.origin }
}

function textsOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}

function unreadable(line: number, reason: string): Failure {
  return new Failure('gate_rules_unreadable', { detail: { line, reason } })
}
