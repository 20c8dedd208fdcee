import { randomUUID } from 'node:crypto'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import { removeRealm } from '../../realms/remove-realm.ts'
import * as realmStore from '../../realms/store.ts'
import { type By, realmEvent } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { findRealmByName, moveVersions, type RealmRow } from '../../subjects/store.ts'
import { type Given, optionalFlag, optionalNumber, optionalText } from './body.ts'
import { doorScope } from './caller.ts'
import type { TinyMfaParts } from './parts.ts'
import { notFound, notSafe, Refusal } from './refusal.ts'
import { checkedLength, isContact, issuerName } from './rules.ts'
import { tinyMfaOrigin } from './settings.ts'
import { type Issuer, issuerOf } from './views.ts'

const usualLength = 6

/** Issuers: the realms that were made through this door. */
export class Issuers {
  readonly #parts: TinyMfaParts

  constructor(parts: TinyMfaParts) {
    this.#parts = parts
  }

  /** The realm of an issuer at once, where it is in memory; undefined when {@link entry} has to be asked. */
  recall(name: string): RealmEntry | null | undefined {
    const realm = this.#parts.subjects.recallRealm(name)
    return realm === undefined || realm === null || realm.origin === tinyMfaOrigin ? realm : null
  }

  /** The realm of an issuer, null when there is none at this door. */
  async entry(name: string): Promise<RealmEntry | null> {
    const realm = await this.#parts.subjects.realm(name)
    return realm?.origin === tinyMfaOrigin ? realm : null
  }

  async list(): Promise<Issuer[]> {
    const rows = await realmStore.realmsOfOrigin(this.#parts.core.storage.db, tinyMfaOrigin)
    return rows.map(issuerOf)
  }

  async read(name: string): Promise<Issuer> {
    return issuerOf(await this.#row(name))
  }

  /** Makes an issuer and its first token. @throws Refusal 400 */
  async create(by: By, given: Given): Promise<object> {
    const { name, contact, length, isEnabled } = newIssuer(given)
    const { subjects, core } = this.#parts
    const token = randomUUID()
    const realm = { name, contact, digits: length, isEnabled, replay: 'once', readback: 'enrollers' } as const
    try {
      await core.storage.transaction(async (tx) => {
        if ((await findRealmByName(tx, name)) !== undefined) throw taken()
        const made = await subjects.makeRealm(tx, { ...realm, origin: tinyMfaOrigin }, by)
        await this.#addToken(tx, by, made, token, mainDescription)
      })
    } catch (error) {
      throw isDuplicate(error) ? taken() : error
    }
    const issuer = await this.read(name)
    return { issuer, token: { 'access-token': token, description: mainDescription } }
  }

  /** Changes contact, code length or whether it is enabled; a name is ignored. */
  async update(by: By, name: string, given: Given): Promise<void> {
    const isEnabled = optionalFlag(given, 'enabled')
    const contact = optionalText(given, 'contact')
    const length = optionalNumber(given, 'token_length')
    if (contact !== undefined && !isContact(contact)) {
      throw new Refusal(400, 'supplied value for contact is not a valid email address')
    }
    const change: Partial<RealmRow> = {
      ...(isEnabled === undefined ? {} : { enabled: isEnabled ? 1 : 0 }),
      ...(contact === undefined ? {} : { contact }),
      ...(length === undefined ? {} : { digits: checkedLength(length) }),
    }
    const { storage, audit, services } = this.#parts.core
    await storage.transaction(async (tx) => {
      const row = await this.#row(name, tx)
      await moveVersions(tx, row.id)
      await realmStore.updateRealm(tx, row.id, { ...change, updated_at_ms: services.clock.nowMs() })
      await audit.append(tx, [realmEvent(by, 'update', row, { fields: Object.keys(change) })])
      await storage.recordChange(tx, { kind: 'realm', objectId: row.id })
    })
  }

  /** Deletes an issuer with its users and tokens, and its name in the scopes of others, in one transaction. */
  async remove(by: By, name: string): Promise<void> {
    const { core } = this.#parts
    await core.storage.transaction(async (tx) => removeRealm(core, tx, await this.#row(name, tx), by))
  }

  /** Mints a token for an issuer. */
  async mint(by: By, realm: RealmEntry, description: string): Promise<{ 'access-token': string; description: string }> {
    const token = randomUUID()
    await this.#parts.core.storage.transaction((tx) => this.#addToken(tx, by, realm, token, description))
    return { 'access-token': token, description }
  }

  async #addToken(tx: Tx, by: By, realm: RealmEntry, token: string, description: string): Promise<void> {
    const { access, core } = this.#parts
    const { token: made } = await access.tokens.create(tx, {
      name: description,
      owner: 'service',
      realmId: realm.id,
      scopes: [doorScope],
      createdBy: by.actor.kind,
      token,
    })
    await core.audit.append(tx, [realmEvent(by, 'token_create', realm, { token: made.id })])
  }

  async #row(name: string, tx?: Tx): Promise<RealmRow> {
    const row = await findRealmByName(tx ?? this.#parts.core.storage.db, name)
    if (row?.origin !== tinyMfaOrigin) throw notFound()
    return row
  }
}

const mainDescription = 'main access token'

function taken(): Refusal {
  return new Refusal(400, 'an issuer of this name exists already')
}

function newIssuer(given: Given) {
  const { contact = '', enabled = false, token_length: length = usualLength } = given
  if (typeof contact !== 'string' || !isContact(contact)) throw notSafe()
  if (typeof enabled !== 'boolean' || typeof length !== 'number') throw notSafe()
  return { name: issuerName(given['name']), contact, length: checkedLength(length), isEnabled: enabled }
}
