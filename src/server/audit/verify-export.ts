import { Failure } from '../../errors/failure.ts'
import { ChainCheck, Problems } from './chain-check.ts'
import { isGenuine, isSigned } from './checkpoint.ts'
import { exportEndText, exportKind, exportVersion } from './export.ts'
import { genesisHash, type Link } from './link.ts'
import type { AuditReport } from './verify.ts'

interface Header {
  readonly kind?: string
  readonly version?: number
  readonly publicKey?: string
}

interface EndLine {
  readonly chains: readonly { chain: string; sequence: number; hash: string }[]
  readonly signature: string
}

interface CheckpointLine {
  readonly chain: string
  readonly sequence: number
  readonly atMs: number
  readonly hash: string
  readonly signature: string
}

/** What a check of an export found, and by whose key. */
export interface ExportReport extends AuditReport {
  /**
   * The key the export names as its signer's, Ed25519 in Base64. Compare it with the one you noted: an export that was
   * forged whole names a key of its own.
   */
  readonly publicKey: string
}

/**
 * Checks an export without the database it came from.
 *
 * @param lines - the lines of the file, in order
 * @param trustedKey - the public key in Base64 that must have signed; without it the export's own is taken
 * @throws {@link Failure} `audit_export_unreadable` when it is no whole export at all
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  checkedAtMs: number,
  trustedKey?: string,
): Promise<ExportReport> {
  const reader = new ExportCheck(trustedKey)
  for await (const line of lines) if (line !== '') reader.read(line)
  return reader.report(checkedAtMs)
}

class ExportCheck {
  readonly #problems = new Problems()
  readonly #checks = new Map<string, ChainCheck>()
  /** Signed hashes of the chain being read, which its events must show. */
  readonly #signed = new Map<string, string>()
  readonly #trustedKey: string | undefined
  #publicKey: string | null = null
  #namedKey = ''
  #lastCheckpointAtMs: number | null = null
  #isEnded = false

  constructor(trustedKey: string | undefined) {
    this.#trustedKey = trustedKey
  }

  read(line: string): void {
    if (this.#publicKey === null) this.#begin(parse(line) as Header)
    else if (line.startsWith('{"kind":"event"')) this.#event(line)
    else this.#other(parse(line))
  }

  report(checkedAtMs: number): ExportReport {
    if (this.#publicKey === null) throw unreadable('it is empty')
    if (!this.#isEnded) this.#problems.add('The export is cut off: its last line is missing.')
    return {
      whole: this.#problems.sentences.length === 0,
      events: [...this.#checks.values()].reduce((sum, { events }) => sum + events, 0),
      problems: this.#problems.sentences,
      lastCheckpointAtMs: this.#lastCheckpointAtMs,
      checkedAtMs,
      publicKey: this.#namedKey,
    }
  }

  #begin({ kind, version, publicKey }: Header): void {
    if (kind !== exportKind || typeof publicKey !== 'string') throw unreadable('its first line is another')
    if (version !== exportVersion) throw unreadable(`its version ${version ?? '?'} is unknown`)
    if (this.#trustedKey !== undefined && this.#trustedKey !== publicKey) {
      this.#problems.add('The export was signed by another key than the one you trust.')
    }
    this.#namedKey = publicKey
    this.#publicKey = this.#trustedKey ?? publicKey
  }

  #other(line: { kind?: string }): void {
    if (line.kind === 'chain') this.#chain(line as { chain: string; startSequence: number; startHash: string | null })
    else if (line.kind === 'checkpoint') this.#checkpoint(line as unknown as CheckpointLine)
    else if (line.kind === 'end') this.#end(line as unknown as EndLine)
    else throw unreadable(`a line of kind ${String(line.kind)} is unknown`)
  }

  #chain({
    chain,
    startSequence,
    startHash,
  }: {
    chain: string
    startSequence: number
    startHash: string | null
  }): void {
    const hash = startSequence === 0 ? genesisHash(chain) : startHash
    this.#checks.set(chain, new ChainCheck(chain, { sequence: startSequence, hash }, this.#problems))
  }

  #checkpoint({ chain, sequence, atMs, hash, signature }: CheckpointLine): void {
    const publicKey = Buffer.from(this.#publicKey ?? '', 'base64')
    const checkpoint = { chain, sequence, atMs, hash, publicKey, signature: Buffer.from(signature, 'base64') }
    if (!isGenuine(checkpoint, publicKey)) {
      this.#problems.add(`Chain ${chain}: the checkpoint at event ${sequence} was not signed by this key.`)
    }
    this.#signed.set(`${chain}:${sequence}`, hash)
    this.#lastCheckpointAtMs = Math.max(this.#lastCheckpointAtMs ?? 0, atMs)
  }

  #event(line: string): void {
    const { chain, ...link } = linkIn(line)
    const check = this.#checks.get(chain)
    if (check === undefined) throw unreadable(`chain ${chain} has no beginning`)
    check.next(link)
    const signed = this.#signed.get(`${chain}:${link.sequence}`)
    if (signed !== undefined && signed !== link.hash) {
      this.#problems.add(`Chain ${chain}: event ${link.sequence} is another one than its signed checkpoint knows.`)
    }
  }

  #end({ chains, signature }: EndLine): void {
    this.#isEnded = true
    const publicKey = Buffer.from(this.#publicKey ?? '', 'base64')
    if (!isSigned(publicKey, exportEndText(chains), Buffer.from(signature, 'base64'))) {
      this.#problems.add('The last line of the export was not signed by this key.')
    }
    for (const head of chains) this.#checks.get(head.chain)?.end(head)
    const named = chains.map(({ chain }) => chain)
    if (named.length !== this.#checks.size || named.some((chain) => !this.#checks.has(chain))) {
      this.#problems.add('The export holds other chains than its last line names.')
    }
  }
}

function linkIn(line: string): Link & { chain: string } {
  const marker = ',"event":'
  const at = line.indexOf(marker)
  if (at < 0) throw unreadable('an event has no text')
  const place = parse(`${line.slice(0, at)}}`) as { chain: string; sequence: number; atMs: number; hash: string }
  const { chain, sequence, atMs, hash } = place
  return { chain, sequence, atMs, hash, body: line.slice(at + marker.length, -1) }
}

function parse(line: string): { kind?: string } {
  try {
    return JSON.parse(line) as { kind?: string }
  } catch (cause) {
    throw unreadable('a line is not JSON', cause)
  }
}

function unreadable(reason: string, cause?: unknown): Failure {
  return new Failure('audit_export_unreadable', { detail: { reason }, cause })
}
