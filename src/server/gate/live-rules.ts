import { readFileSync, statSync } from 'node:fs'
import { Failure, isFailure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import type { RuleSet } from './rules-file.ts'

/** How often the file is looked at; an edit is in force within two of these. */
const lookEveryMs = 500

/**
 * The rules in force. An edited file takes over without ending a session; a bad one is refused with its line
 * and reason while the old rules stay. Rule changes are audited.
 */
export class LiveRules {
  readonly #core: Core
  readonly #file: string | null
  #set: RuleSet | null = null
  #seen = ''
  #isLooking = false
  #timer: NodeJS.Timeout | undefined

  constructor(core: Core, file: string | null) {
    this.#core = core
    this.#file = file
  }

  /** Null without a rules file: every signed-in person passes. */
  get current(): RuleSet | null {
    return this.#set
  }

  /** Reads the file for the first time. @throws {@link Failure} `gate_rules_unreadable`: nothing starts with bad rules */
  async start(): Promise<void> {
    if (this.#file === null) return
    this.#seen = this.#mark()
    this.#set = await this.#parse()
    this.#timer = setInterval(() => void this.look(), lookEveryMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Takes an edited file over, if there is one. Never rejects: what could not be audited is tried again (law 3). */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const mark = this.#mark()
      if (mark === this.#seen) return
      await this.#takeOver()
      this.#seen = mark
    } catch (error) {
      this.#core.services.log.error(
        { err: error },
        'an edit of the gate rules waits; the old ones stay until it is audited',
      )
    } finally {
      this.#isLooking = false
    }
  }

  async #takeOver(): Promise<void> {
    const { log } = this.#core.services
    const next = await this.#parse().catch(reasonOf)
    if (typeof next === 'string') {
      await this.#record('refused', this.#set?.rules.length ?? 0, next)
      log.error({ reason: next }, 'gate rules refused; the old ones stay')
      return
    }
    await this.#record('done', next.rules.length)
    this.#set = next
    log.info({ rules: next.rules.length }, 'gate rules reloaded')
  }

  async #record(outcome: 'done' | 'refused', rules: number, reason?: string): Promise<void> {
    const { storage, audit } = this.#core
    const who = { actorKind: 'operator', actorId: 'operator:rules-file', actorName: 'rules file' }
    const event = { action: 'gate.rules', ...who, objectKind: 'gate', objectId: 'rules', outcome, detail: { rules } }
    await storage.transaction((tx) => audit.append(tx, [reason === undefined ? event : { ...event, reason }]))
  }

  #mark(): string {
    const stat = statSync(this.#file ?? '', { throwIfNoEntry: false, bigint: true })
    return stat === undefined ? 'missing' : `${stat.mtimeNs} ${stat.size} ${stat.ino}`
  }

  // The YAML parser is loaded only where there is a file for it.
  async #parse(): Promise<RuleSet> {
    const text = this.#read()
    const { parseRules } = await import('./rules-file.ts')
    return parseRules(text)
  }

  #read(): string {
    try {
      return readFileSync(this.#file ?? '', 'utf8')
    } catch (cause) {
      throw new Failure('gate_rules_unreadable', { detail: { mistakes: `${this.#file} cannot be read` }, cause })
    }
  }
}

function reasonOf(error: unknown): string {
  if (isFailure(error, 'gate_rules_unreadable')) return error.message
  throw error
}
