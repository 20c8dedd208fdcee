import type { Static } from 'typebox'
import type { OidcSettings, OidcState } from '../../../api/operation.ts'
import { openBytes, sealBytes } from '../../../crypto/sealing.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { takeTurn } from '../../database/turns.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import type { SignOnEnvironment } from './environment.ts'
import { refuseUnfitSettings, type SignOnSettings } from './settings.ts'
import { deleteKept, type KeptSignOn, readKept, type SignOnRow, writeKept } from './store.ts'

type GivenSettings = Static<typeof OidcSettings>
type State = Static<typeof OidcState>

/** Key id inside what is sealed here: the key is derived, so it is none of the ring's. */
const sealId = 'sign-on'

/**
 * Sign-on as administrators set it: a draft that can be tried, and what is active. The environment, where it names a
 * provider, wins and cannot be changed from here.
 */
export class KeptSettings {
  readonly #context: AccessContext
  readonly #environment: SignOnEnvironment
  #active: Promise<SignOnSettings | null> | null = null

  constructor(context: AccessContext, environment: SignOnEnvironment) {
    this.#context = context
    this.#environment = environment
    const { changes } = context.storage
    changes.listen(({ kind }) => void (kind === 'setting' && (this.#active = null)))
    changes.onReset(() => void (this.#active = null))
  }

  /** What people sign on with now, or null. */
  async active(): Promise<SignOnSettings | null> {
    if (this.#environment.settings !== null) return this.#environment.settings
    const { changes, db } = this.#context.storage
    if (!changes.isConfirmed()) return this.#read(db, 'sign_on.active')
    this.#active ??= this.#read(db, 'sign_on.active')
    try {
      return await this.#active
    } catch (error) {
      this.#active = null
      throw error
    }
  }

  /** The draft, or null. */
  draft(): Promise<SignOnSettings | null> {
    return this.#read(this.#context.storage.db, 'sign_on.draft')
  }

  /** What an administrator sees; secrets are told to nobody. */
  async state(redirectUri: string): Promise<State> {
    const { db } = this.#context.storage
    const isFixed = this.#environment.settings !== null
    const active = await this.active()
    const draft = await readKept(db, 'sign_on.draft')
    return {
      source: isFixed ? 'environment' : active === null ? 'none' : 'settings',
      active: active === null ? null : shown(active),
      draft: draft === null ? null : shown(draft),
      hasSecret: (draft === null ? (active?.clientSecret ?? null) : draft.sealedSecret) !== null,
      redirectUri,
    }
  }

  /**
   * Stores a draft. Without a client secret the stored one stays, unless the issuer is another: the first trial would
   * hand it to whoever answers there.
   */
  async keepDraft(actor: Actor, given: GivenSettings): Promise<void> {
    this.#refuseFixed()
    await this.#inTurn(async (tx) => {
      const stored = [await this.#read(tx, 'sign_on.draft'), await this.#read(tx, 'sign_on.active')]
      const kept = stored.find((settings) => settings?.issuer === given.issuer)?.clientSecret ?? null
      const settings: SignOnSettings = { ...given, clientSecret: given.clientSecret ?? kept, endpoints: {} }
      refuseUnfitSettings(settings)
      await this.#write(tx, actor, 'sign_on.draft', 'sign_on.draft', settings)
    })
  }

  /** Makes the draft the active settings. */
  async activate(actor: Actor): Promise<void> {
    this.#refuseFixed()
    await this.#inTurn(async (tx) => {
      const draft = await this.#read(tx, 'sign_on.draft')
      if (draft === null) throw new Failure('sign_on_no_draft')
      await this.#write(tx, actor, 'sign_on.active', 'sign_on.activate', draft)
      await deleteKept(tx, 'sign_on.draft')
    })
  }

  /** Switches sign-on off; the draft stays. */
  async disable(actor: Actor): Promise<void> {
    this.#refuseFixed()
    const { storage } = this.#context
    await this.#inTurn(async (tx) => {
      await deleteKept(tx, 'sign_on.active')
      await storage.recordChange(tx, { kind: 'setting', objectId: 'sign_on.active' })
      await audit(this.#context, tx, actor, { action: 'sign_on.disable', ...object, outcome: 'done' })
    })
  }

  // One after the other: of a draft stored while another is activated neither is lost.
  #inTurn(work: (tx: Tx) => Promise<void>): Promise<void> {
    const { storage } = this.#context
    return storage.transaction(async (tx) => {
      await takeTurn(tx, storage.engine, 'signOn')
      await work(tx)
    })
  }

  async #write(tx: Tx, actor: Actor, row: SignOnRow, action: string, settings: SignOnSettings): Promise<void> {
    const kept: KeptSignOn = { ...shown(settings), sealedSecret: this.#seal(row, settings.clientSecret) }
    await writeKept(tx, row, kept, nowMs(this.#context))
    await this.#context.storage.recordChange(tx, { kind: 'setting', objectId: row })
    const { issuer, clientId, administratorsGroup, allowedGroups, acceptBearer } = settings
    const detail = { issuer, clientId, administratorsGroup, allowedGroups, acceptBearer }
    await audit(this.#context, tx, actor, { action, ...object, outcome: 'done', detail })
  }

  async #read(db: Queryable, row: SignOnRow): Promise<SignOnSettings | null> {
    const kept = await readKept(db, row)
    if (kept === null) return null
    const { sealedSecret, ...rest } = kept
    return { ...rest, clientSecret: this.#open(row, sealedSecret), endpoints: {} }
  }

  #seal(row: SignOnRow, secret: string | null): string | null {
    if (secret === null) return null
    const sealed = sealBytes(this.#key(), sealId, Buffer.from(secret, 'utf8'), placeOf(row))
    return Buffer.from(sealed).toString('base64')
  }

  #open(row: SignOnRow, sealed: string | null): string | null {
    if (sealed === null) return null
    return Buffer.from(openBytes(this.#key(), Buffer.from(sealed, 'base64'), placeOf(row))).toString('utf8')
  }

  #key(): Uint8Array {
    return this.#context.keyRing.deriveKey('sign-on client secret')
  }

  #refuseFixed(): void {
    if (this.#environment.settings !== null) throw new Failure('sign_on_from_environment')
  }
}

const object = { objectKind: 'setting', objectId: 'sign_on' }

function placeOf(row: SignOnRow) {
  return { table: 'setting', column: 'value', row }
}

function shown(settings: Omit<KeptSignOn, 'sealedSecret'> | SignOnSettings): Omit<KeptSignOn, 'sealedSecret'> {
  return {
    issuer: settings.issuer,
    clientId: settings.clientId,
    scopes: [...settings.scopes],
    groupsClaim: settings.groupsClaim,
    administratorsGroup: settings.administratorsGroup,
    allowedGroups: [...settings.allowedGroups],
    acceptBearer: settings.acceptBearer,
    bearerAudience: settings.bearerAudience,
  }
}
