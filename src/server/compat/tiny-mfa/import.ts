import { Failure } from '../../../errors/failure.ts'
import { checkQrLook } from '../../../qr/look.ts'
import type { AuditEvent } from '../../audit/event.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { type By, realmEvent } from '../../subjects/audited.ts'
import { isReserved } from '../../subjects/reserved.ts'
import { findRealmByName } from '../../subjects/store.ts'
import type { DoorParts } from '../door-parts.ts'
import { Imported, ImportTurns, type OnRow } from '../imported.ts'
import { doorScope } from './caller.ts'
import { rootTokenMade } from './first-start.ts'
import { type ImportReport, Tallies } from './import-report.ts'
import { settingsAfter } from './import-settings.ts'
import type { OldDatabase, OldIssuer, OldRow, OldToken, OldUser } from './old-database.ts'
import { isName } from './rules.ts'
import { settingsChanged, TinyMfaSettingsStore, tinyMfaOrigin } from './settings.ts'
import {
  importedRows,
  moveImportedRows,
  realmNameOf,
  realmsWithIds,
  subjectsWithIds,
  takenNames,
  tokensWithIds,
  writeTokenTimes,
} from './store.ts'
import { type Fate, nameIn, userFates } from './user-fates.ts'
import { validationEvent } from './validation-event.ts'

/** How an import is done. */
export interface ImportWish {
  readonly isDryRun: boolean
  /** Goes on without rows whose key does not open. */
  readonly skipUnreadable: boolean
  /** Keeps users and validation open to everybody, as go-tiny-mfa's default was. */
  readonly stayOpen: boolean
  /** Told how many users were looked at. */
  readonly onRow?: OnRow
}

const usualLength = 6
const rootTokenId = 'tiny-mfa-root'
/** Realms made in one transaction, each with a key of its own. */
const issuersAtOnce = 50

/**
 * Takes over a go-tiny-mfa database, some hundred rows in each transaction; running it again adds what is missing and
 * changes nothing else, so that one that was cut short is gone on with.
 *
 * Ids, names, secrets, tokens and settings stay, so that users go on validating with the codes they have and clients
 * with the tokens they have. Nothing is written while a key does not open, unless such rows may be skipped.
 *
 * @throws {@link Failure} `tiny_mfa_key_wrong` when the key of no issuer opens, whatever may be skipped
 */
export async function importTinyMfa(
  parts: DoorParts,
  old: OldDatabase,
  by: By,
  wish: ImportWish,
): Promise<ImportReport> {
  if (isWrongKey(old)) throw new Failure('tiny_mfa_key_wrong')
  const isStopped = !wish.skipUnreadable && (await hasClosedRows(old))
  // What would come of it is worked out all the same, so that the report adds up.
  const isDryRun = wish.isDryRun || isStopped
  const run = new ImportRun(parts, old, by, { ...wish, isDryRun })
  await run.all()
  return run.tallies.report(!isDryRun)
}

/** With another installation's key file all would be left out, and each be named. */
function isWrongKey({ issuers, closedIssuers }: OldDatabase): boolean {
  return closedIssuers.length > 0 && issuers.length === 0
}

async function hasClosedRows(old: OldDatabase): Promise<boolean> {
  if (old.closedIssuers.length > 0) return true
  for await (const users of old.users()) {
    if (users.some((user) => 'reason' in user && user.isClosed)) return true
  }
  return false
}

class ImportRun {
  readonly tallies = new Tallies()
  readonly #parts: DoorParts
  readonly #old: OldDatabase
  readonly #by: By
  readonly #wish: ImportWish
  readonly #turns: ImportTurns
  readonly #imported = new Imported('tiny-mfa')
  /** Issuers whose realms a dry run would have made. */
  readonly #planned = new Set<string>()

  constructor(parts: DoorParts, old: OldDatabase, by: By, wish: ImportWish) {
    this.#parts = parts
    this.#old = old
    this.#by = by
    this.#wish = wish
    this.#turns = new ImportTurns(parts.core.storage, wish.isDryRun)
  }

  async all(): Promise<void> {
    await this.#settings()
    await this.#issuers()
    await this.#users()
    await this.#tokens()
    await this.#rootToken()
    await this.#validations()
  }

  async #settings(): Promise<void> {
    const { core, looks } = this.#parts
    const { look } = this.#old
    const store = new TinyMfaSettingsStore(core)
    const isLater = (await importedRows(core.storage.db)) !== null
    if (isLater)
      return this.tallies.note('Settings and colours came with the first import and stay as they are here now.')
    if (!this.#wish.isDryRun && look !== null && checkQrLook(look) === null) await looks.write(this.#by.actor, look)
    const { notes } = await this.#turns.take(
      async () => settingsAfter(await store.read(), this.#old, this.#wish.stayOpen),
      async (tx, after) => {
        await store.write(tx, after.settings)
        await core.audit.append(tx, [settingsChanged(this.#by, 'configuration')])
        await moveImportedRows(tx, 0)
      },
    )
    for (const note of notes) this.tallies.note(note)
  }

  async #issuers(): Promise<void> {
    const { issuers, closedIssuers } = this.#old
    for (const closed of closedIssuers) this.tallies.countLost('issuers', closed)
    for (let first = 0; first < issuers.length; first += issuersAtOnce) {
      const some = issuers.slice(first, first + issuersAtOnce)
      const fates = await this.#turns.take(
        (db) => this.#issuerFates(db, some),
        async (tx, decided) => {
          for (const issuer of only('new', some, decided)) await this.#makeRealm(tx, issuer)
          await this.#remember(tx, 'issuer', some, decided)
        },
      )
      for (const [index, issuer] of some.entries()) this.#countIssuer(issuer, fates[index] ?? 'known')
    }
  }

  async #issuerFates(db: Queryable, issuers: readonly OldIssuer[]): Promise<Fate[]> {
    const before = await this.#imported.among(db, keys('issuer', issuers))
    const fates: Fate[] = []
    for (const { id, name } of issuers) {
      const isHere = (await realmNameOf(db, id)) !== undefined
      const isRefused =
        !isName(name) || isReserved(name.toLowerCase()) || (await findRealmByName(db, name)) !== undefined
      if (isHere || before.has(`issuer ${id}`)) fates.push('known')
      else fates.push(isRefused ? { reason: 'its name is taken, reserved or not valid' } : 'new')
    }
    return fates
  }

  async #makeRealm(tx: Tx, issuer: OldIssuer): Promise<void> {
    const { id, name, contact, enabled: isEnabled } = issuer
    const digits = hasLength(issuer) ? issuer.tokenLength : usualLength
    const policy = { digits, replay: 'once', readback: 'enrollers' } as const
    const realm = { id, name, contact, isEnabled, ...policy, origin: tinyMfaOrigin }
    await this.#parts.subjects.makeRealm(tx, realm, this.#by)
  }

  #countIssuer(issuer: OldIssuer, fate: Fate): void {
    const { id, name, tokenLength } = issuer
    this.tallies.count('issuers', fate, `issuer ${id} (${name})`)
    if (fate !== 'new') return
    if (this.#wish.isDryRun) this.#planned.add(id)
    if (!hasLength(issuer))
      this.tallies.note(`${name} gets codes of ${usualLength} digits: ${tokenLength} never worked.`)
  }

  async #users(): Promise<void> {
    let done = 0
    let last: OldUser | undefined
    for await (const page of this.#old.users()) {
      for (const lost of page.filter(isLost)) this.tallies.countLost('users', lost)
      const users = page.filter(isReadable)
      const fates = await this.#turns.take(
        (db) => this.#userFates(db, users, last),
        (tx, decided) => this.#addUsers(tx, users, decided),
      )
      for (const [index, { id, name, email }] of users.entries()) {
        this.tallies.count('users', fates[index] ?? 'known', `user ${id} (${name}, ${email})`)
      }
      last = only('new', users, fates).at(-1) ?? last
      done += page.length
      this.#wish.onRow?.(done, this.#old.userCount)
    }
  }

  /** @param last - who came along last: in a dry run nobody else knows that the name is taken */
  async #userFates(db: Queryable, users: readonly OldUser[], last: OldUser | undefined): Promise<Fate[]> {
    const before = await this.#imported.among(db, keys('user', users))
    const known = await subjectsWithIds(
      db,
      users.map(({ id }) => id),
    )
    for (const { id } of users) if (before.has(`user ${id}`)) known.add(id)
    const names = await takenNames(db, users)
    if (last !== undefined) names.add(nameIn(last.issuerId, last.name))
    return userFates(users, { issuers: await this.#issuersHere(db, users), known, names })
  }

  async #issuersHere(db: Queryable, rows: readonly { readonly issuerId: string | null }[]): Promise<Set<string>> {
    const here = await realmsWithIds(db, [...new Set(rows.flatMap(({ issuerId }) => issuerId ?? []))])
    return new Set([...here, ...this.#planned])
  }

  async #addUsers(tx: Tx, users: readonly OldUser[], fates: readonly Fate[]): Promise<void> {
    const { subjects } = this.#parts
    for (const [issuerId, some] of Map.groupBy(only('new', users, fates), (user) => user.issuerId)) {
      const realm = await subjects.realmIn(tx, (await realmNameOf(tx, issuerId)) ?? '')
      if (realm === null) throw new Failure('realm_not_found')
      const newcomers = some.map(({ id, name, email, enabled, secret }) => ({
        subject: { id, name, email, isEnabled: enabled },
        start: { begins: 'active', secret } as const,
      }))
      await subjects.addMany(tx, realm, newcomers, this.#by)
    }
    await this.#remember(tx, 'user', users, fates)
  }

  async #tokens(): Promise<void> {
    for await (const tokens of this.#old.tokens()) {
      const fates = await this.#turns.take(
        (db) => this.#tokenFates(db, tokens),
        async (tx, decided) => {
          await this.#makeTokens(tx, only('new', tokens, decided))
          await this.#remember(tx, 'token', tokens, decided)
        },
      )
      for (const [index, { id, description }] of tokens.entries()) {
        this.tallies.count('tokens', fates[index] ?? 'known', `token ${id} (${description})`)
      }
    }
  }

  async #tokenFates(db: Queryable, tokens: readonly OldToken[]): Promise<Fate[]> {
    const before = await this.#imported.among(db, keys('token', tokens))
    const present = await tokensWithIds(
      db,
      tokens.map(({ id }) => id),
    )
    const issuers = await this.#issuersHere(db, tokens)
    return tokens.map(({ id, issuerId }) => {
      if (before.has(`token ${id}`) || present.has(id)) return 'known'
      // The original lets two tokens have one id.
      present.add(id)
      return issuerId !== null && issuers.has(issuerId) ? 'new' : { reason: 'its issuer is not here' }
    })
  }

  async #makeTokens(tx: Tx, tokens: readonly OldToken[]): Promise<void> {
    const { access, core } = this.#parts
    const events: AuditEvent[] = []
    for (const [issuerId, some] of Map.groupBy(tokens, (token) => token.issuerId ?? '')) {
      const realm = { id: issuerId, name: (await realmNameOf(tx, issuerId)) ?? '' }
      for (const token of some) {
        const { id, description: name, bcrypt: legacyBcrypt } = token
        const wish = { id, name, legacyBcrypt, owner: 'service', createdBy: 'import', scopes: [doorScope] } as const
        await access.tokens.create(tx, { ...wish, realmId: issuerId })
        await writeTokenTimes(tx, id, token)
        events.push(realmEvent(this.#by, 'token_create', realm, { token: id }))
      }
    }
    await core.audit.append(tx, events)
  }

  async #rootToken(): Promise<void> {
    const { rootToken: legacyBcrypt } = this.#old
    if (legacyBcrypt === null)
      return this.tallies.note('There is no root token: mint one with "watchword admin tokens".')
    const root = [{ id: rootTokenId }]
    const [fate = 'known'] = await this.#turns.take(
      async (db): Promise<Fate[]> => {
        const before = await this.#imported.among(db, keys('token', root))
        return before.size > 0 || (await tokensWithIds(db, [rootTokenId])).size > 0 ? ['known'] : ['new']
      },
      async (tx, fates) => {
        if (fates[0] === 'new') await this.#makeRootToken(tx, legacyBcrypt)
        await this.#remember(tx, 'token', root, fates)
      },
    )
    this.tallies.count('tokens', fate, 'root token')
  }

  async #makeRootToken(tx: Tx, legacyBcrypt: string): Promise<void> {
    const { access, core } = this.#parts
    const name = 'root of tiny-mfa'
    const wish = { id: rootTokenId, name, owner: 'root', createdBy: 'import', scopes: [doorScope] } as const
    await access.tokens.create(tx, { ...wish, legacyBcrypt })
    await core.audit.append(tx, [rootTokenMade(this.#by, rootTokenId, name)])
  }

  async #validations(): Promise<void> {
    const { core } = this.#parts
    const { validations } = this.tallies
    const issuerIds = new Map(this.#old.issuers.map(({ id, name }) => [name, id]))
    validations.read = this.#old.validationCount
    validations.known = validations.read
    for await (const page of this.#old.validations((await importedRows(core.storage.db)) ?? 0)) {
      await this.#turns.take(
        async () => page,
        async (tx) => {
          const events = page.map((row) => validationEvent(row, issuerIds.get(row.issuer), this.#by))
          await core.audit.append(tx, events)
          await moveImportedRows(tx, page.at(-1)?.id ?? 0)
        },
      )
      validations.imported += page.length
      validations.known -= page.length
    }
  }

  async #remember(
    tx: Tx,
    kind: 'issuer' | 'user' | 'token',
    rows: readonly { readonly id: string }[],
    fates: readonly Fate[],
  ): Promise<void> {
    const { storage, services } = this.#parts.core
    const taken = [...only('new', rows, fates), ...only('known', rows, fates)]
    await this.#imported.remember(tx, storage.engine, keys(kind, taken), services.clock.nowMs())
  }
}

function keys(kind: 'issuer' | 'user' | 'token', rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => `${kind} ${id}`)
}

function only<Row>(fate: Fate, rows: readonly Row[], fates: readonly Fate[]): Row[] {
  return rows.filter((_row, index) => fates[index] === fate)
}

function hasLength({ tokenLength }: OldIssuer): boolean {
  return tokenLength >= 5 && tokenLength <= 8
}

function isReadable(row: OldUser | OldRow): row is OldUser {
  return !isLost(row)
}

function isLost(row: OldUser | OldRow): row is OldRow {
  return 'reason' in row
}
