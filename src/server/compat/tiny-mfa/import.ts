import { checkQrLook } from '../../../qr/look.ts'
import type { Tx } from '../../database/storage.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { isReserved } from '../../subjects/reserved.ts'
import { findRealmByName } from '../../subjects/store.ts'
import type { DoorParts } from '../door-parts.ts'
import { importedBefore, type OnRow, rememberImported } from '../imported.ts'
import { oldText } from '../old-text.ts'
import { doorScope } from './caller.ts'
import { importSettings } from './import-settings.ts'
import { importValidations } from './import-validations.ts'
import type { OldDatabase, OldIssuer, OldToken, OldUser } from './old-database.ts'
import { isName } from './rules.ts'
import { tinyMfaOrigin } from './settings.ts'
import { findToken, hasSubject, importedRows, realmNameOf, writeTokenTimes } from './store.ts'

/** How an import is done. */
export interface ImportWish {
  readonly isDryRun: boolean
  /** Goes on without rows whose key does not open. */
  readonly skipUnreadable: boolean
  /** Keeps users and validation open to everybody, as go-tiny-mfa's default was. */
  readonly stayOpen: boolean
  /** Told of each user that was looked at. */
  readonly onRow?: OnRow
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
  read: number
  imported: number
  /** Here already, from an import before. */
  known: number
  refused: number
}

const usualLength = 6
const rootTokenId = 'tiny-mfa-root'
/** Where the ids of rows that were taken over stand. */
const importedKey = 'tiny-mfa.imported-rows'
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
  // What would come of it is worked out all the same, so that the report adds up.
  const isGivenUp = wish.isDryRun || (old.unreadable.length > 0 && !wish.skipUnreadable)
  try {
    await parts.core.storage.transaction(async (tx) => {
      await run.write(tx)
      if (isGivenUp) throw givenUp
    })
  } catch (error) {
    if (error !== givenUp) throw error
    return run.report(false)
  }
  if (run.isFirst && old.look !== null && checkQrLook(old.look) === null) {
    await parts.looks.write(by.actor, old.look)
  }
  return run.report(true)
}

class ImportRun {
  /** Whether nothing was imported before: settings come with the first import alone. */
  isFirst = true
  readonly #parts: DoorParts
  readonly #old: OldDatabase
  readonly #by: By
  readonly #wish: ImportWish
  readonly #notes: string[] = []
  readonly #tallies: { issuers: Tally; users: Tally; tokens: Tally; validations: Tally }
  readonly #realms = new Map<string, RealmEntry>()
  #taken = new Set<string>()

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
    return { ...this.#tallies, notes: this.#notes, isWritten }
  }

  async write(tx: Tx): Promise<void> {
    this.isFirst = (await importedRows(tx)) === null
    this.#taken = await importedBefore(tx, importedKey)
    this.#leaveOutClosed()
    for (const issuer of this.#old.issuers) await this.#writeIssuer(tx, issuer)
    for (const [index, user] of this.#old.users.toSorted(byEmail).entries()) {
      await this.#writeUser(tx, user)
      this.#wish.onRow?.(index + 1, this.#old.users.length)
    }
    for (const token of this.#old.tokens) await this.#writeToken(tx, token)
    await this.#writeRootToken(tx)
    await this.#writeSettings(tx)
    const { validations } = this.#tallies
    validations.imported = await importValidations(tx, this.#parts.core, this.#old, this.#by)
    validations.known = validations.read - validations.imported
    await rememberImported(tx, importedKey, this.#taken, this.#parts.core.services.clock.nowMs())
  }

  #leaveOutClosed(): void {
    for (const { table, row, reason } of [...this.#old.unreadable, ...this.#old.orphans]) {
      this.#tallies[table].read += 1
      this.#leaveOut(this.#tallies[table], row, reason)
    }
  }

  async #writeIssuer(tx: Tx, issuer: OldIssuer): Promise<void> {
    const { issuers } = this.#tallies
    const { id, name, tokenLength } = issuer
    const present = await realmNameOf(tx, id)
    if (present !== undefined) {
      this.#realms.set(id, (await this.#parts.subjects.realmIn(tx, present)) ?? neverNull())
    }
    if (present !== undefined || this.#taken.has(`issuer ${id}`)) return this.#know(issuers, `issuer ${id}`)
    if (!isName(name) || isReserved(name.toLowerCase()) || (await findRealmByName(tx, name)) !== undefined) {
      return this.#leaveOut(issuers, `issuer ${id} (${name})`, 'its name is taken, reserved or not valid')
    }
    const isLength = tokenLength >= 5 && tokenLength <= 8
    if (!isLength) this.#note(`${name} gets codes of ${usualLength} digits: ${tokenLength} never worked.`)
    const realm = await this.#parts.subjects.makeRealm(
      tx,
      {
        id,
        name,
        contact: issuer.contact,
        isEnabled: issuer.enabled,
        digits: isLength ? tokenLength : usualLength,
        replay: 'once',
        readback: 'enrollers',
        origin: tinyMfaOrigin,
      },
      this.#by,
    )
    this.#realms.set(id, realm)
    this.#take(issuers, `issuer ${id}`)
  }

  async #writeUser(tx: Tx, user: OldUser): Promise<void> {
    const { users } = this.#tallies
    const { id, name, email, enabled: isEnabled, secret } = user
    const row = `user ${id} (${name}, ${email})`
    if (this.#taken.has(`user ${id}`) || (await hasSubject(tx, id))) return this.#know(users, `user ${id}`)
    const realm = this.#realms.get(user.issuerId)
    if (realm === undefined) return this.#leaveOut(users, row, 'its issuer is not here')
    if (!isName(name)) return this.#leaveOut(users, row, 'its name is not valid')
    const { subjects } = this.#parts
    if ((await subjects.find(realm, name, tx)) !== null) return this.#leaveOut(users, row, 'another user has its name')
    const added = await subjects.add(tx, realm, { id, name, email, isEnabled }, this.#by)
    await subjects.enrolment.start(tx, realm, added, { begins: 'active', secret }, this.#by)
    this.#take(users, `user ${id}`)
  }

  async #writeToken(tx: Tx, token: OldToken): Promise<void> {
    const { tokens } = this.#tallies
    const { id, description: name, issuerId, bcrypt: legacyBcrypt } = token
    if (this.#taken.has(`token ${id}`) || (await findToken(tx, id))) return this.#know(tokens, `token ${id}`)
    const realm = this.#realms.get(issuerId ?? '')
    if (realm === undefined) return this.#leaveOut(tokens, `token ${id} (${name})`, 'its issuer is not here')
    const wish = { id, name, realmId: realm.id, legacyBcrypt, owner: 'service', createdBy: 'import' } as const
    await this.#parts.access.tokens.create(tx, { ...wish, scopes: [doorScope] })
    await writeTokenTimes(tx, id, token)
    this.#take(tokens, `token ${id}`)
  }

  async #writeRootToken(tx: Tx): Promise<void> {
    const { rootToken: legacyBcrypt } = this.#old
    const { tokens } = this.#tallies
    const [id, key] = [rootTokenId, `token ${rootTokenId}`]
    if (legacyBcrypt === null) return this.#note('There is no root token: mint one with "watchword admin tokens".')
    if (this.#taken.has(key) || (await findToken(tx, id))) return this.#know(tokens, key)
    const wish = { id, name: 'root of tiny-mfa', owner: 'root', legacyBcrypt, createdBy: 'import' } as const
    await this.#parts.access.tokens.create(tx, { ...wish, scopes: [doorScope] })
    this.#take(tokens, key)
  }

  async #writeSettings(tx: Tx): Promise<void> {
    if (this.isFirst) {
      const notes = await importSettings(tx, this.#parts.core, this.#old, this.#wish.stayOpen)
      for (const note of notes) this.#note(note)
    } else this.#note('Settings and colours came with the first import and stay as they are here now.')
  }

  #take(tally: Tally, key: string): void {
    tally.imported += 1
    this.#taken.add(key)
  }

  #know(tally: Tally, key: string): void {
    tally.known += 1
    this.#taken.add(key)
  }

  #leaveOut(tally: Tally, row: string, reason: string): void {
    tally.refused += 1
    this.#note(`The ${row} was left out: ${reason}.`)
  }

  #note(sentence: string): void {
    this.#notes.push(oldText(sentence))
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
