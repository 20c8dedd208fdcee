import type { AuditEvent } from '../../audit/event.ts'
import type { Tx } from '../../database/storage.ts'
import { checkQrLook } from '../../../qr/look.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { findRealmByName } from '../../subjects/store.ts'
import type { DoorParts } from '../door-parts.ts'
import { doorScope } from './caller.ts'
import type { OldDatabase, OldIssuer, OldToken, OldUser, OldValidation } from './old-database.ts'
import { isName } from './rules.ts'
import { TinyMfaSettingsStore, tinyMfaOrigin } from './settings.ts'
import { findToken, importedRows, writeTokenTimes } from './store.ts'
import { isReserved } from '../../subjects/reserved.ts'

/** How an import is done. */
export interface ImportWish {
  readonly isDryRun: boolean
  /** Goes on without rows whose key does not open. */
  readonly skipUnreadable: boolean
  /** Keeps users and validation open to everybody, as go-tiny-mfa's default was. */
  readonly stayOpen: boolean
}

/** What became of everything that was read; the sums add up. */
export interface ImportReport {
  readonly issuers: Tally
  readonly users: Tally
  readonly tokens: Tally
  readonly validations: Tally
  /** Sentences about what was refused, changed or left out. */
  readonly notes: readonly string[]
  /** False when nothing was written: a dry run, or rows that do not open. */
  readonly isWritten: boolean
}

export interface Tally {
  readonly read: number
  imported: number
  /** Here already, from an import before. */
  known: number
  refused: number
}

const usualLength = 6
const auditAtOnce = 500
/** A dry run is a run whose transaction is given up. */
const givenUp = Symbol('dry run')

/**
 * Takes over a go-tiny-mfa database in one transaction; running it again changes nothing.
 *
 * Ids, names, secrets, tokens and settings stay, so that users go on validating with the codes they have and clients
 * with the tokens they have.
 */
export async function importTinyMfa(
  parts: DoorParts,
  old: OldDatabase,
  by: By,
  wish: ImportWish,
): Promise<ImportReport> {
  const run = new ImportRun(parts, old, by, wish)
  if (old.unreadable.length > 0 && !wish.skipUnreadable) return run.report(false)
  try {
    await parts.core.storage.transaction(async (tx) => {
      await run.write(tx)
      if (wish.isDryRun) throw givenUp
    })
  } catch (error) {
    if (error !== givenUp) throw error
    return run.report(false)
  }
  if (old.look !== null && checkQrLook(old.look) === null) await parts.looks.write(by.actor, old.look)
  return run.report(true)
}

class ImportRun {
  readonly #parts: DoorParts
  readonly #old: OldDatabase
  readonly #by: By
  readonly #wish: ImportWish
  readonly #notes: string[] = []
  readonly #tallies: { issuers: Tally; users: Tally; tokens: Tally; validations: Tally }
  readonly #realms = new Map<string, RealmEntry>()

  constructor(parts: DoorParts, old: OldDatabase, by: By, wish: ImportWish) {
    this.#parts = parts
    this.#old = old
    this.#by = by
    this.#wish = wish
    const { issuers, users, tokens, rootToken, audit } = old
    this.#tallies = {
      issuers: tally(issuers.length),
      users: tally(users.length),
      tokens: tally(tokens.length + (rootToken === null ? 0 : 1)),
      validations: tally(audit.length),
    }
  }

  report(isWritten: boolean): ImportReport {
    const unreadable = this.#old.unreadable.map((row) => `The key of ${row} does not open with this key file.`)
    return { ...this.#tallies, notes: [...unreadable, ...this.#notes], isWritten }
  }

  async write(tx: Tx): Promise<void> {
    for (const issuer of this.#old.issuers) await this.#writeIssuer(tx, issuer)
    for (const user of this.#old.users.toSorted(byEmail)) await this.#writeUser(tx, user)
    for (const token of this.#old.tokens) await this.#writeToken(tx, token)
    await this.#writeRootToken(tx)
    await this.#writeSettings(tx)
    await this.#writeAudit(tx)
  }

  async #writeIssuer(tx: Tx, issuer: OldIssuer): Promise<void> {
    const { issuers } = this.#tallies
    const present = await findRealmByName(tx, issuer.name)
    if (present?.id === issuer.id) {
      issuers.known += 1
      this.#realms.set(issuer.id, (await this.#parts.subjects.realmIn(tx, issuer.name)) ?? neverNull())
      return
    }
    if (present !== undefined || !isName(issuer.name) || isReserved(issuer.name.toLowerCase())) {
      issuers.refused += 1
      this.#notes.push(
        `The issuer ${issuer.id} (${issuer.name}) was left out: its name is taken, reserved or not valid.`,
      )
      return
    }
    const isLength = issuer.tokenLength >= 5 && issuer.tokenLength <= 8
    if (!isLength)
      this.#notes.push(`${issuer.name} gets codes of ${usualLength} digits: ${issuer.tokenLength} never worked.`)
    const realm = await this.#parts.subjects.makeRealm(
      tx,
      {
        id: issuer.id,
        name: issuer.name,
        contact: issuer.contact,
        isEnabled: issuer.enabled,
        digits: isLength ? issuer.tokenLength : usualLength,
        replay: 'once',
        readback: 'enrollers',
        origin: tinyMfaOrigin,
      },
      this.#by,
    )
    this.#realms.set(issuer.id, realm)
    issuers.imported += 1
  }

  async #writeUser(tx: Tx, user: OldUser): Promise<void> {
    const { users } = this.#tallies
    const realm = this.#realms.get(user.issuerId)
    const present = realm === undefined ? null : await this.#parts.subjects.find(realm, user.name, tx)
    if (present?.id === user.id) {
      users.known += 1
      return
    }
    if (realm === undefined || present !== null || !isName(user.name)) {
      users.refused += 1
      const why =
        realm === undefined
          ? 'its issuer is missing'
          : present === null
            ? 'its name is not valid'
            : 'another user has its name'
      this.#notes.push(`The user ${user.id} (${user.name}, ${user.email}) was left out: ${why}.`)
      return
    }
    const { id, name, email, enabled: isEnabled, secret } = user
    const added = await this.#parts.subjects.add(tx, realm, { id, name, email, isEnabled }, this.#by)
    await this.#parts.subjects.enrolment.start(tx, realm, added, { begins: 'active', secret }, this.#by)
    users.imported += 1
  }

  async #writeToken(tx: Tx, token: OldToken): Promise<void> {
    const { tokens } = this.#tallies
    const realm = token.issuerId === null ? undefined : this.#realms.get(token.issuerId)
    if (realm === undefined) {
      tokens.refused += 1
      this.#notes.push(`The token ${token.id} (${token.description}) was left out: its issuer is missing.`)
      return
    }
    if (await findToken(tx, token.id)) {
      tokens.known += 1
      return
    }
    const wish = { id: token.id, name: token.description, realmId: realm.id, legacyBcrypt: token.bcrypt } as const
    await this.#parts.access.tokens.create(tx, { ...wish, owner: 'service', scopes: [doorScope], createdBy: 'import' })
    await writeTokenTimes(tx, token.id, token)
    tokens.imported += 1
  }

  async #writeRootToken(tx: Tx): Promise<void> {
    const { rootToken } = this.#old
    const { tokens } = this.#tallies
    const id = 'tiny-mfa-root'
    if (rootToken === null) {
      this.#notes.push('There is no root token: mint one with "watchword admin tokens".')
      return
    }
    if (await findToken(tx, id)) {
      tokens.known += 1
      return
    }
    const wish = { id, name: 'root of tiny-mfa', owner: 'root', legacyBcrypt: rootToken, createdBy: 'import' } as const
    await this.#parts.access.tokens.create(tx, { ...wish, scopes: [doorScope] })
    tokens.imported += 1
  }

  async #writeSettings(tx: Tx): Promise<void> {
    const store = new TinyMfaSettingsStore(this.#parts.core)
    const { httpPort, denyLimit } = this.#old
    const before = await store.read()
    if (denyLimit === 0) this.#notes.push('The deny limit 0 locked everybody out; it is 5 now.')
    await store.write(tx, {
      ...before,
      ...(httpPort === null ? {} : { httpPort }),
      ...(denyLimit === null ? {} : { denyLimit: denyLimit >= 1 && denyLimit <= 255 ? denyLimit : 5 }),
      verifyTokens: !this.#wish.stayOpen,
    })
  }

  async #writeAudit(tx: Tx): Promise<void> {
    const { validations } = this.#tallies
    const known = await importedRows(tx)
    const fresh = this.#old.audit.filter(({ id }) => id > known)
    validations.known = this.#old.audit.length - fresh.length
    for (let start = 0; start < fresh.length; start += auditAtOnce) {
      const events = fresh.slice(start, start + auditAtOnce).map((row) => this.#eventOf(row))
      await this.#parts.core.audit.append(tx, events)
    }
    await importedRows(tx, Math.max(known, ...fresh.map(({ id }) => id)))
    validations.imported = fresh.length
  }

  #eventOf({ id, issuer, user, step, accepted, atMs }: OldValidation): AuditEvent {
    const realm = this.#old.issuers.find(({ name }) => name === issuer)
    return {
      action: 'subject.verify',
      actorKind: this.#by.actor.kind,
      actorId: 'import',
      actorName: 'import of tiny-mfa',
      objectKind: 'subject',
      objectId: `tiny-mfa:${issuer}/${user}`,
      objectName: user,
      ...(realm === undefined ? {} : { realmId: realm.id }),
      outcome: accepted ? 'accepted' : 'refused',
      detail: { door: 'tiny-mfa', realm: issuer, importedId: id, importedStep: step, importedAtMs: atMs },
    }
  }
}

// Of twins that differ in their mail address the first by that address stays; the report names the others.
function byEmail(one: OldUser, other: OldUser): number {
  return one.email.localeCompare(other.email)
}

function tally(read: number): Tally {
  return { read, imported: 0, known: 0, refused: 0 }
}

function neverNull(): never {
  throw new TypeError('a realm that was just read is missing')
}
