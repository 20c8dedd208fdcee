import { Failure } from '../../errors/failure.ts'

/** One section with its bytes: the header line, then every line up to the next header, line ends included. */
export interface ProfileSection {
  readonly name: string
  readonly header: string
  readonly lines: readonly string[]
}

/** A profile file taken apart so that joining it again yields the same bytes. */
export interface ProfileFile {
  readonly preamble: readonly string[]
  readonly sections: readonly ProfileSection[]
}

const headerShape = /^\[\s*([^\]]*?)\s*\]\s*(?:[#;].*)?$/
const optionShape = /^([^\s=:#;[][^=:]*?)\s*[=:]\s*(.*)$/
const remark = /^\s*(?:[#;]|$)/

/**
 * Takes a credentials or config file apart.
 *
 * What the AWS tools cannot read (measured with the AWS CLI) is refused, so that we neither add to nor hide the harm.
 *
 * @param path - named in the failure
 * @throws {@link Failure} `aws_file_unreadable` with the line, `aws_file_refused` for a byte order mark
 */
export function parseProfileFile(text: string, path: string): ProfileFile {
  if (text.startsWith('\uFEFF')) {
    throw new Failure('aws_file_refused', {
      detail: {
        path,
        reason: 'it begins with a byte order mark, so that the AWS CLI reads no profile at all; save it as plain UTF-8',
      },
    })
  }
  const preamble: string[] = []
  const sections: { name: string; header: string; lines: string[] }[] = []
  for (const [index, line] of splitLines(text).entries()) {
    const [, name] = headerShape.exec(line.trimEnd()) ?? []
    if (name !== undefined) {
      if (sections.some((section) => section.name === name)) throw broken(path, index, `a second section [${name}]`)
      sections.push({ name, header: line, lines: [] })
      continue
    }
    const section = sections.at(-1)
    const reason = faultOf(line, section !== undefined)
    if (reason !== null) throw broken(path, index, reason)
    const target = section?.lines ?? preamble
    target.push(line)
  }
  return { preamble, sections }
}

/** The text of a file, byte for byte what was parsed unless sections were changed. */
export function formatProfileFile(file: ProfileFile): string {
  return [...file.preamble, ...file.sections.flatMap((section) => [section.header, ...section.lines])].join('')
}

/**
 * The profile a section of the config file describes, null for one that describes none.
 *
 * After the word `profile` any blanks may stand, and quotes around the name; `default` stands alone too (measured with
 * the AWS CLI).
 */
export function profileInConfig(sectionName: string): string | null {
  const named = /^profile\s+(.*)$/.exec(sectionName)?.[1]
  if (named === undefined) return sectionName === 'default' ? sectionName : null
  return named.replace(/^(["'])(.*)\1$/, '$2')
}

/** The value of a section's option; undefined where it has none. Names are compared as the AWS tools do, in lower case only. */
export function optionOf(section: ProfileSection, name: string): string | undefined {
  for (const line of section.lines) {
    const [, found, value] = optionShape.exec(line.trimEnd()) ?? []
    if (found === name) return value
  }
  return undefined
}

/** A section with these options set; an option that already has its value keeps its line, bytes and all. */
export function withOptions(section: ProfileSection, options: Readonly<Record<string, string>>): ProfileSection {
  const missing = new Map(Object.entries(options))
  const lines: string[] = []
  for (const line of section.lines) {
    const [, name, value] = optionShape.exec(line.trimEnd()) ?? []
    if (name === undefined || !(name in options)) lines.push(line)
    else if (missing.has(name)) {
      const wanted = missing.get(name) ?? ''
      lines.push(value === wanted ? line : `${name} = ${wanted}${lineEnd(section)}`)
      missing.delete(name)
    }
  }
  const added = [...missing].map(([name, value]) => `${name} = ${value}${lineEnd(section)}`)
  const end = ownLength(lines)
  return {
    ...section,
    header: endedLine(section.header),
    lines: [...lines.slice(0, end).map(endedLine), ...added, ...lines.slice(end)],
  }
}

/** A section without these options, in whatever letter case they are written. */
export function withoutOptions(section: ProfileSection, names: ReadonlySet<string>): ProfileSection {
  const isNamed = (line: string) => names.has((optionShape.exec(line.trimEnd())?.[1] ?? '').toLowerCase())
  return { ...section, lines: section.lines.filter((line) => !isNamed(line)) }
}

/** The file with a section replaced, or added at the end after an empty line of its own. */
export function withSection(file: ProfileFile, section: ProfileSection): ProfileFile {
  const index = file.sections.findIndex(({ name }) => name === section.name)
  if (index >= 0) return { ...file, sections: file.sections.with(index, section) }
  const last = file.sections.at(-1)
  if (last !== undefined) {
    const spaced = { ...last, header: endedLine(last.header), lines: [...last.lines.map(endedLine), lineEnd(last)] }
    return { ...file, sections: [...file.sections.with(-1, spaced), section] }
  }
  const preamble = file.preamble.length === 0 ? [] : [...file.preamble.map(endedLine), '\n']
  return { preamble, sections: [section] }
}

/**
 * The file without a section and the empty line that was added with it.
 *
 * Remarks that stand after its last option belong to what follows, and stay.
 */
export function withoutSection(file: ProfileFile, name: string): ProfileFile {
  const index = file.sections.findIndex((section) => section.name === name)
  const section = file.sections[index]
  if (section === undefined) return file
  const tail = section.lines.slice(ownLength(section.lines))
  const sections = file.sections.toSpliced(index, 1)
  const before = sections[index - 1]
  const joined = (lines: readonly string[]) =>
    isBlank(tail[0]) ? [...lines, ...tail.slice(1)] : [...(isBlank(lines.at(-1)) ? lines.slice(0, -1) : lines), ...tail]
  if (index === 0 || before === undefined) return { preamble: joined(file.preamble), sections }
  return { ...file, sections: sections.with(index - 1, { ...before, lines: joined(before.lines) }) }
}

/** A section's lines up to its last option, each ended as we end lines: what belongs to it wherever it stands. */
export function ownLines({ lines }: ProfileSection): string[] {
  return lines.slice(0, ownLength(lines)).map((line) => line.replace(/\r?\n$|$/, '\n'))
}

/** A new section, to be filled with options. */
export function emptySection(name: string): ProfileSection {
  return { name, header: `[${name}]\n`, lines: [] }
}

function faultOf(line: string, isInSection: boolean): string | null {
  if (remark.test(line) || (isInSection && /^\s/.test(line))) return null
  if (line.startsWith('[')) return 'a section header without its bracket'
  if (!optionShape.test(line.trimEnd())) return 'a line without "="'
  return isInSection ? null : 'an option before the first section'
}

/** How many lines a section has up to and with its last option. */
function ownLength(lines: readonly string[]): number {
  return lines.findLastIndex((line) => !remark.test(line)) + 1
}

function isBlank(line: string | undefined): boolean {
  return line !== undefined && line.trim() === ''
}

function endedLine(line: string): string {
  return line.endsWith('\n') ? line : `${line}\n`
}

function lineEnd(section: ProfileSection): string {
  return section.header.endsWith('\r\n') ? '\r\n' : '\n'
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function broken(path: string, index: number, reason: string): Failure {
  return new Failure('aws_file_unreadable', { detail: { path, line: index + 1, reason } })
}
