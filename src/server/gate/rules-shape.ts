import { Type, type Static, type TObject } from 'typebox'
import { Compile } from 'typebox/compile'

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
/** One rule, as it stands in the file. */
export type RuleEntry = Static<typeof RuleEntry>

const DomainEntry = Type.Object(
  { domain: Type.String({ minLength: 1 }), portal: Type.String({ minLength: 1 }) },
  { additionalProperties: false },
)
/** A domain and its portal, as they stand in the file. */
export type DomainEntry = Static<typeof DomainEntry>

/** An entry that has the right shape, and its place in its list. */
export interface Shaped<Entry> {
  readonly entry: Entry
  readonly index: number
}

/** Where something stands in a file: keys of mappings, and numbers of list entries. */
export type PlaceInFile = readonly (string | number)[]

/** Notes a mistake. */
export type Complain = (place: PlaceInFile, reason: string) => void

/** The entries of a rules file that have the right shape; of all others it is said what is wrong. */
export function entriesOf(
  content: unknown,
  complain: Complain,
): { readonly rules: readonly Shaped<RuleEntry>[]; readonly domains: readonly Shaped<DomainEntry>[] } {
  if (!isMapping(content)) {
    complain([], 'the file begins with rules: and a list of rules below it')
    return { rules: [], domains: [] }
  }
  const known = ['rules', 'domains']
  for (const key of Object.keys(content)) if (!known.includes(key)) complain([key], noSuchKey(key, known))
  if (!('rules' in content)) complain([], 'there is no rules: with a list of rules below it')
  const { rules = [], domains = [] } = content
  return {
    rules: shapedEntries('rules', rules, ruleShape, complain),
    domains: shapedEntries('domains', domains, domainShape, complain),
  }
}

interface EntryShape<Entry> {
  readonly noun: string
  readonly keys: readonly string[]
  readonly needed: readonly string[]
  fits(value: unknown): value is Entry
  /** Where a value does not fit, as JSON pointers. */
  faults(value: unknown): readonly string[]
}

function shapeOf<Schema extends TObject>(noun: string, schema: Schema): EntryShape<Static<Schema>> {
  const validator = Compile(schema)
  return {
    noun,
    keys: Object.keys(schema.properties),
    needed: schema.required ?? [],
    fits: (value): value is Static<Schema> => validator.Check(value),
    faults: (value) => validator.Errors(value).map(({ instancePath }) => instancePath),
  }
}

const ruleShape = shapeOf('rule', RuleEntry)
const domainShape = shapeOf('domain', DomainEntry)

function shapedEntries<Entry>(
  list: string,
  entries: unknown,
  shape: EntryShape<Entry>,
  complain: Complain,
): Shaped<Entry>[] {
  if (!Array.isArray(entries)) {
    complain([list], `${list} is a list: each ${shape.noun} begins with a hyphen`)
    return []
  }
  return entries.flatMap((entry: unknown, index) => {
    if (shape.fits(entry)) return [{ entry, index }]
    for (const { key, reason } of entryFaults(entry, shape)) complain([list, index, ...key], reason)
    return []
  })
}

/** What a key takes, as the end of a sentence. */
const takes: Readonly<Record<string, string>> = {
  name: 'is a text',
  policy: 'is bypass, one_factor, two_factor or deny',
  websockets: 'is any or same_site',
  step_up_minutes: 'is a whole number from 1 to 10080',
  domain: 'is a name such as example.com',
  portal: 'is an address such as https://auth.example.com',
}

// The validator's own sentences speak of schemas.
function entryFaults<Entry>(
  entry: unknown,
  { noun, keys, needed, faults }: EntryShape<Entry>,
): { readonly key: readonly string[]; readonly reason: string }[] {
  const [example = ''] = needed
  if (!isMapping(entry))
    return [{ key: [], reason: `a ${noun} is made of keys and values; ${example} ${takes[example]}` }]
  const unknown = Object.keys(entry).filter((key) => !keys.includes(key))
  const missing = needed.filter((key) => !(key in entry))
  const unfit = new Set(faults(entry).map((pointer) => pointer.split('/')[1] ?? ''))
  return [
    ...unknown.map((key) => ({ key: [key], reason: noSuchKey(key, keys) })),
    ...missing.map((key) => ({ key: [], reason: `the ${noun} has no ${key}; ${key} ${takes[key]}` })),
    ...keys
      .filter((key) => unfit.has(key))
      .map((key) => ({ key: [key], reason: `${key} ${takes[key] ?? 'is a text or a list of texts'}` })),
  ]
}

function noSuchKey(key: string, keys: readonly string[]): string {
  return `there is no key ${key}; there are ${keys.join(', ')}`
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
