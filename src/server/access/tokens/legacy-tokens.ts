import type { Storage } from '../../database/storage.ts'
import { tokenKey } from '../token-key.ts'
import { legacyTokens, replaceLegacy } from './store.ts'

/** Wrong tokens remembered, so that one that is sent again and again costs bcrypt once. */
const maxRefusedKept = 1000

/** Tokens imported from go-tiny-mfa stand as bcrypt until their first use here. */
export class LegacyTokens {
  readonly #storage: Storage
  readonly #refused = new Set<string>()
  // One comparison at a time: bcrypt must not crowd out the checks of codes.
  #turn: Promise<unknown> = Promise.resolve()

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Replaces bcrypt by the fast hash where the token is right; answers whether it was. */
  replace(text: string, realmId: string | null): Promise<boolean> {
    const refusedKey = `${realmId ?? ''} ${tokenKey(text)}`
    if (this.#refused.has(refusedKey)) return Promise.resolve(false)
    const answer = this.#turn.then(() => this.#compare(text, realmId, refusedKey))
    this.#turn = answer.catch(() => false)
    return answer
  }

  async #compare(text: string, realmId: string | null, refusedKey: string): Promise<boolean> {
    const tokens = await legacyTokens(this.#storage.db, realmId)
    // Loaded with the first imported token: most stores never hold one.
    const { bcryptVerify } = await import('hash-wasm')
    for (const { id, legacyBcrypt } of tokens) {
      if (!(await bcryptVerify({ password: text, hash: legacyBcrypt }))) continue
      await this.#storage.transaction((tx) => replaceLegacy(tx, id, tokenKey(text)))
      return true
    }
    this.#refused.add(refusedKey)
    if (this.#refused.size > maxRefusedKept) this.#refused.clear()
    return false
  }
}
