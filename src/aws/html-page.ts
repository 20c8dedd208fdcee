import { parse, type DefaultTreeAdapterTypes } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** A page's form that carries a SAML response on to AWS. */
export interface SamlForm {
  readonly samlResponse: string
  readonly relayState: string
  readonly action: string
}

/** What we look for in a page that Okta answers with; each is null where the page has none. */
export interface OktaPage {
  readonly samlForm: SamlForm | null
  readonly stateToken: string | null
  readonly errorText: string | null
}

/** Reads a page of Okta: the form for AWS, the state token of a step-up, or the text of an error. */
export function readOktaPage(html: string): OktaPage {
  const elements = elementsOf(parse(html))
  return { samlForm: samlForm(elements), stateToken: stateToken(html), errorText: errorText(elements) }
}

/** All elements below a node, in the order of the page. */
export function elementsOf(node: Node): Element[] {
  return nodesOf(node).filter((found) => 'tagName' in found)
}

/** A node and all below it, in the order of the page; a page may nest deeper than functions can. */
function nodesOf(top: Node): Node[] {
  const found: Node[] = []
  const waiting: Node[] = [top]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    found.push(node)
    if ('childNodes' in node) for (const child of node.childNodes.toReversed()) waiting.push(child)
  }
  return found
}

/** The value of an element's attribute; undefined where it has none. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.attrs.find((attribute) => attribute.name === name)?.value
}

/** The text an element shows, in one line. */
export function shownText(node: Node): string {
  const texts = nodesOf(node).map((found) => (found.nodeName === '#text' && 'value' in found ? found.value : ''))
  return texts.join(' ').replace(/\s+/g, ' ').trim()
}

function samlForm(elements: Element[]): SamlForm | null {
  for (const form of elements.filter(({ tagName }) => tagName === 'form')) {
    const inputs = elementsOf(form)
    const samlResponse = inputValue(inputs, 'SAMLResponse')
    if (samlResponse === undefined) continue
    return {
      samlResponse,
      relayState: inputValue(inputs, 'RelayState') ?? '',
      action: attributeOf(form, 'action') ?? '',
    }
  }
  return null
}

function inputValue(elements: Element[], name: string): string | undefined {
  const input = elements.find((element) => element.tagName === 'input' && attributeOf(element, 'name') === name)
  return input === undefined ? undefined : attributeOf(input, 'value')
}

// The token stands in a script, as a variable or a JSON member, with "-" written \x2D.
function stateToken(html: string): string | null {
  const [, quoted] = /["']?stateToken["']?\s*[:=]\s*["']([\w\\.-]+)["']/.exec(html) ?? []
  return (
    quoted?.replace(/\\x([0-9A-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16))) ?? null
  )
}

function errorText(elements: Element[]): string | null {
  const box = elements.find((element) => attributeOf(element, 'class')?.split(/\s+/).includes('error-content'))
  return box === undefined ? null : shownText(box).slice(0, 300)
}
