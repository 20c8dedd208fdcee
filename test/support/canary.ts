import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeBase32 } from '../../src/otp/base32.ts'

/** A secret planted to be searched for, in every spelling it could leak in (T50). */
export interface Canary {
  readonly base32: string
  readonly spellings: readonly Buffer[]
}

/** All spellings of a secret: raw, Base32 in both cases, grouped and padded, hex, Base64 and its URL form. */
export function canaryOf(base32: string): Canary {
  const raw = Buffer.from(decodeBase32(base32))
  const texts = [
    base32,
    base32.toLowerCase(),
    (base32.match(/.{4}/g) ?? []).join(' '),
    raw.toString('hex'),
    raw.toString('hex').toUpperCase(),
    raw.toString('base64').replace(/=+$/, ''),
    raw.toString('base64url'),
    Buffer.from(base32).toString('base64').replace(/=+$/, ''),
  ]
  return { base32, spellings: [raw, ...texts.map((text) => Buffer.from(text))] }
}

/** The places of `haystacks` that hold a canary. */
export function leaks(canaries: readonly Canary[], haystacks: Readonly<Record<string, Buffer | string>>): string[] {
  return Object.entries(haystacks).flatMap(([place, content]) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    return canaries.flatMap(({ base32, spellings }) =>
      spellings.some((spelling) => bytes.includes(spelling)) ? [`${place} holds ${base32.slice(0, 4)}…`] : [],
    )
  })
}

/** Every file below a folder, by path. */
export function filesBelow(folder: string): Record<string, Buffer> {
  const found: Record<string, Buffer> = {}
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) Object.assign(found, filesBelow(path))
    else found[path] = readFileSync(path)
  }
  return found
}

/** Command line and environment of a process, as anybody on the machine may read the first. */
export function processTitles(pid: number): Record<string, Buffer> {
  return { cmdline: readFileSync(`/proc/${pid}/cmdline`), environ: readFileSync(`/proc/${pid}/environ`) }
}
