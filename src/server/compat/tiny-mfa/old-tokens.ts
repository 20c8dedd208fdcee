import { isFailure } from '../../../errors/failure.ts'
import { Lane } from '../../../qr/lane.ts'
import { shippedFile } from '../../../qr/shipped-file.ts'
import { tokenKey } from '../../access/token-key.ts'
import { tokenChange } from '../../access/tokens/tokens.ts'
import type { Core } from '../../audit/core.ts'
import { AddressLimit } from '../../gate/portal/address-limit.ts'
import { sourceNetwork } from '../../http/address.ts'
import type { BcryptJob } from './bcrypt-thread.ts'
import { tooManyTokens } from './refusal.ts'
import { bcryptTokens, replaceBcrypt } from './store.ts'

/** Wrong tokens remembered, so that one that is sent again and again costs bcrypt once. */
const maxRefusedKept = 1000
/** Comparisons of one place that may wait at a time: the queue is for everybody. */
const mostOfOnePlace = 8
/** A comparison takes a tenth of a second for each token of the issuer. */
const limits = { timeoutMs: 60_000, maxHeapMb: 64 }
/** go-tiny-mfa's tokens are UUIDs; nothing else is worth a comparison. */
const tokenPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Tokens imported from go-tiny-mfa stand as bcrypt until their first use here.
 *
 * Anybody may send texts that have to be compared, so this happens in a thread of its own, one after the other, within
 * a short queue, and a place that sent twenty wrong ones waits.
 */
export class OldTokens {
  readonly #core: Core
  readonly #lane = new Lane()
  readonly #wrong = new AddressLimit()
  readonly #refused = new Set<string>()
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #waiting = new Map<string, number>()
  // Counts what was forgotten: a comparison begun before an import must not be remembered after it.
  #generation = 0

  constructor(core: Core) {
    this.#core = core
    core.storage.changes.listen(({ kind }) => kind === tokenChange && this.#forget())
    core.storage.changes.onReset(() => this.#forget())
  }

  /**
   * Replaces bcrypt by the fast hash where a text is such a token; answers whether it was.
   *
   * @param realmId - the issuer it may belong to beside the root; null for the root alone
   * @throws Refusal 503 when too many are compared, or this place sent too many wrong ones
   */
  replace(text: string, realmId: string | null, address: string): boolean | Promise<boolean> {
    if (!tokenPattern.test(text)) return false
    const key = `${realmId ?? ''} ${tokenKey(text)}`
    if (this.#core.storage.changes.isConfirmed() && this.#refused.has(key)) return false
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const answer = this.#compare(text, realmId, key, sourceNetwork(address)).finally(() => this.#running.delete(key))
    this.#running.set(key, answer)
    return answer
  }

  async #compare(text: string, realmId: string | null, key: string, place: string): Promise<boolean> {
    const { storage, services } = this.#core
    const generation = this.#generation
    const tokens = await bcryptTokens(storage.db, realmId)
    if (tokens.length === 0) return false
    const found = tokens[await this.#inTurn(place, { password: text, hashes: tokens.map(({ bcrypt }) => bcrypt) })]
    if (found !== undefined) {
      await storage.transaction((tx) => replaceBcrypt(tx, found.id, tokenKey(text)))
      return true
    }
    this.#wrong.charge(place, services.clock.nowMs())
    if (generation === this.#generation) this.#refused.add(key)
    if (this.#refused.size > maxRefusedKept) this.#refused.clear()
    return false
  }

  async #inTurn(place: string, job: BcryptJob): Promise<number> {
    const waiting = this.#waiting.get(place) ?? 0
    const mustWait = this.#wrong.waitMs(place, this.#core.services.clock.nowMs()) > 0
    if (mustWait || waiting >= mostOfOnePlace) throw tooManyTokens()
    this.#waiting.set(place, waiting + 1)
    try {
      const entry = shippedFile(import.meta.url, () => './bcrypt-thread.ts', 'bcrypt-thread.js')
      return (await this.#lane.run(entry, job, limits)) as number
    } catch (error) {
      throw isFailure(error, 'qr_reader_busy') ? tooManyTokens() : error
    } finally {
      this.#leave(place)
    }
  }

  #leave(place: string): void {
    const left = (this.#waiting.get(place) ?? 1) - 1
    if (left === 0) this.#waiting.delete(place)
    else this.#waiting.set(place, left)
  }

  #forget(): void {
    this.#generation += 1
    this.#refused.clear()
  }
}
