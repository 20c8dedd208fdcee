import type { AccessToken } from '../../access/tokens/store.ts'
import { type By, realmEvent } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { type Given, optionalText } from './body.ts'
import type { TinyMfaParts } from './parts.ts'
import type { Issuers } from './issuers.ts'
import { type Outcome, Refusal } from './refusal.ts'
import { tokenOf } from './views.ts'

const longestDescription = 255
const tokensAtOnce = 500

/** The tokens of an issuer: shown once, listed by description and times. */
export class IssuerTokens {
  readonly #parts: TinyMfaParts
  readonly #issuers: Issuers

  constructor(parts: TinyMfaParts, issuers: Issuers) {
    this.#parts = parts
    this.#issuers = issuers
  }

  async list(realm: RealmEntry): Promise<object[]> {
    const { tokens } = this.#parts.access
    // Last uses are written every 10 s; whoever looks sees the present ones.
    await tokens.flush()
    // The door's answer has no pages: what it leaves out could never be seen, nor ended.
    const found: AccessToken[] = []
    for (let before: AccessToken | undefined; ;) {
      const page = await tokens.list({ realmId: realm.id }, { limit: tokensAtOnce, before })
      found.push(...page)
      if (page.length < tokensAtOnce) return found.map(tokenOf)
      before = page.at(-1)
    }
  }

  /** Mints a token. @throws Refusal 400 for a description go-tiny-mfa refuses */
  async create(by: By, realm: RealmEntry, given: Given): Promise<object> {
    const description = optionalText(given, 'description') ?? ''
    if (description === '') throw new Refusal(400, 'description must be provided for an access token')
    if (!/^[\w\s]*$/.test(description) || description.length > longestDescription) {
      throw new Refusal(400, 'supplied value for description is not valid')
    }
    const token = await this.#issuers.mint(by, realm, description)
    return { message: { success: true, message: 'token successfully created' }, token }
  }

  /** Ends a token at once. @throws Refusal 404 when this issuer has none of this id */
  async remove(by: By, realm: RealmEntry, id: string): Promise<Outcome> {
    if (id === '*') throw new Refusal(400, "please don't do that")
    const { access, core } = this.#parts
    const token = await access.tokens.find(id)
    if (token?.realmId !== realm.id) throw new Refusal(404, 'token not found in db')
    await core.storage.transaction(async (tx) => {
      await access.tokens.end(tx, { id })
      await core.audit.append(tx, [realmEvent(by, 'token_delete', realm, { token: id })])
    })
    return { success: true, message: 'token successfully deleted' }
  }
}
