import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { Failure } from '../../errors/failure.ts'
import { damaged } from '../format.ts'
import { importLimits } from '../limits.ts'

/** An XML element with local names, without prefixes. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The element's own text, all pieces together. */
  readonly text: string
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

/**
 * The root element of an XML text; null when it is not well-formed.
 *
 * @throws {@link Failure} `import_not_possible` for a DTD or entity definitions, `import_nested_too_deep`,
 *   `import_file_damaged` for more or longer tags than any authenticator writes
 */
export function parseXml(text: string, maxTags: number = importLimits.maxXmlTags): XmlElement | null {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    throw new Failure('import_not_possible', {
      detail: { app: 'XML', reason: 'it defines a document type or entities, which no authenticator writes' },
    })
  }
  assertXmlBounds(text, maxTags)
  try {
    return XMLValidator.validate(text) === true ? (elementsOf(parser.parse(text))[0] ?? null) : null
  } catch {
    return null
  }
}

/** Children of one local name in any letter case. */
export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name.toLowerCase() === name.toLowerCase())
}

/** The first element down a path of local names in any letter case, or null. */
export function descend(element: XmlElement, ...path: readonly string[]): XmlElement | null {
  let here: XmlElement | undefined = element
  for (const name of path) here = here === undefined ? undefined : childrenNamed(here, name)[0]
  return here ?? null
}

/** The trimmed text at the end of a path; empty when it is not there. */
export function textAt(element: XmlElement, ...path: readonly string[]): string {
  return descend(element, ...path)?.text.trim() ?? ''
}

/** An attribute by its local name in any letter case; empty when missing. */
export function attributeOf(element: XmlElement | null, name: string): string {
  const entry = Object.entries(element?.attributes ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())
  return entry?.[1] ?? ''
}

function elementsOf(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node: unknown) => (isNode(node) ? elementOf(node) : []))
}

function elementOf(node: Readonly<Record<string, unknown>>): XmlElement[] {
  const name = Object.keys(node).find((key) => key !== ':@' && key !== '#text')
  if (name === undefined) return []
  const content = node[name]
  const text = (Array.isArray(content) ? content : [])
    .map((child: unknown) => (isNode(child) && typeof child['#text'] === 'string' ? child['#text'] : ''))
    .join('')
  return [{ name, attributes: attributesOf(node[':@']), children: elementsOf(content), text }]
}

function attributesOf(value: unknown): Record<string, string> {
  if (!isNode(value)) return {}
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
}

function isNode(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Counts tags before the parser builds anything from them, in one pass whatever the text is. */
function assertXmlBounds(text: string, maxTags: number): void {
  let depth = 0
  let tags = 0
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', start + 1)) {
    tags++
    if (tags > maxTags) throw damaged('XML', 'it has more tags than any authenticator writes')
    const next = text[start + 1]
    if (next === '/') depth--
    else if (next !== '?' && next !== '!' && !isSelfClosing(text, start)) depth++
    if (depth > importLimits.maxDepth) {
      throw new Failure('import_nested_too_deep', { detail: { max: importLimits.maxDepth } })
    }
  }
}

/** No tag of an authenticator is longer than this. */
const longestTag = 65_536

function isSelfClosing(text: string, start: number): boolean {
  const tag = text.slice(start, start + longestTag)
  const end = tag.indexOf('>')
  if (end < 0) throw damaged('XML', 'a tag in it has no end')
  return tag[end - 1] === '/'
}
