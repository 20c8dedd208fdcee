import { Failure } from '../errors/failure.ts'
import { parseXml, type XmlElement } from './containers/xml.ts'
import { zipNames } from './containers/zip.ts'
import { decodeText } from './decode-text.ts'
import { damaged } from './format.ts'
import { importLimits } from './limits.ts'

/** One file as the formats look at it; each view is made once, when first asked for. */
export class ImportInput {
  readonly bytes: Uint8Array
  #text: string | null | undefined
  #json: unknown
  #isJsonRead = false
  #xml: XmlElement | null | undefined
  #zipNames: readonly string[] | undefined

  /** @throws {@link Failure} `import_file_too_large` */
  constructor(bytes: Uint8Array) {
    if (bytes.length > importLimits.maxBytes) {
      throw new Failure('import_file_too_large', { detail: { max: importLimits.maxBytes / 1_000_000 } })
    }
    this.bytes = bytes
  }

  /** The file as text without byte order mark, or null when it is binary. */
  get text(): string | null {
    if (this.#text === undefined) this.#text = decodeText(this.bytes)
    return this.#text
  }

  /** The parsed JSON, undefined when it is none. */
  get json(): unknown {
    if (!this.#isJsonRead) this.#json = this.looksLikeJson ? parseJson(this.text ?? '') : undefined
    this.#isJsonRead = true
    return this.#json
  }

  get looksLikeJson(): boolean {
    return /^\s*[[{]/.test(this.text ?? '')
  }

  /** The root element, null when the file is no XML. */
  get xml(): XmlElement | null {
    if (this.#xml === undefined) this.#xml = /^\s*<[?!a-z]/i.test(this.text ?? '') ? parseXml(this.text ?? '') : null
    return this.#xml
  }

  /** Names in the archive; empty when the file is no zip. */
  get zipNames(): readonly string[] {
    this.#zipNames ??= zipNames(this.bytes)
    return this.#zipNames
  }

  startsWith(...start: readonly number[]): boolean {
    return start.every((byte, index) => this.bytes[index] === byte)
  }

  /** Whether the file starts with this ASCII text. */
  startsWithText(start: string): boolean {
    return this.startsWith(...Buffer.from(start, 'latin1'))
  }
}

/**
 * Parses JSON of bounded depth and size; undefined when it is none.
 *
 * @throws {@link Failure} `import_nested_too_deep`, `import_file_damaged` when it has too many values
 */
export function parseJson(text: string): unknown {
  assertBounds(text)
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Counts brackets and commas outside of texts, in one pass whatever the text is. */
function assertBounds(text: string): void {
  let depth = 0
  let signs = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') at = endOfText(text, at)
    else if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') depth--
    else if (sign !== ',') continue
    signs++
    if (signs > importLimits.maxJsonSigns) throw damaged('JSON', 'it holds more values than any authenticator writes')
    if (depth > importLimits.maxDepth) {
      throw new Failure('import_nested_too_deep', { detail: { max: importLimits.maxDepth } })
    }
  }
}

/** Where a JSON text that starts here ends. */
function endOfText(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
