import { randomBytes } from 'node:crypto'
import { drawQrPng } from '../../../qr/draw.ts'
import { isDuplicate } from '../../database/conflict.ts'
import { listSubjects } from '../../realms/store.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import type { SubjectRow } from '../../subjects/store.ts'
import { type Given, optionalFlag, optionalText } from './body.ts'
import type { TinyMfaParts } from './parts.ts'
import { disabled, notFound, notSafe, Refusal } from './refusal.ts'
import { isEmail, isName } from './rules.ts'
import { type Issuer, totpUri, type User, userOf } from './views.ts'

/** go-tiny-mfa's secrets are as long as its keys. */
const secretBytes = 32
const usersAtOnce = 500

/** Users: the subjects of an issuer's realm. Their secret counts from the start and may be read again. */
export class Users {
  readonly #parts: TinyMfaParts

  constructor(parts: TinyMfaParts) {
    this.#parts = parts
  }

  async list(realm: RealmEntry, issuer: Issuer): Promise<User[]> {
    const { db } = this.#parts.core.storage
    const users: User[] = []
    for (let after = ''; ;) {
      const rows = await listSubjects(db, realm.id, { after, limit: usersAtOnce })
      users.push(...rows.map((row) => userOf(row, issuer)))
      if (rows.length < usersAtOnce) return users
      after = rows.at(-1)?.name ?? after
    }
  }

  async read(realm: RealmEntry, issuer: Issuer, name: string): Promise<User> {
    return userOf(await this.row(realm, name), issuer)
  }

  /** Adds a user with a secret. @throws Refusal 400 */
  async create(by: By, realm: RealmEntry, issuer: Issuer, given: Given): Promise<User> {
    const { name, email = '', enabled = false } = given
    if (!isName(name) || typeof email !== 'string' || !isEmail(email) || typeof enabled !== 'boolean') throw notSafe()
    const { subjects, core } = this.#parts
    const secret = randomBytes(secretBytes)
    try {
      const row = await core.storage.transaction(async (tx) => {
        const added = await subjects.add(tx, realm, { name, email, isEnabled: enabled }, by)
        await subjects.enrolment.start(tx, realm, added, { begins: 'active', secret }, by)
        return added
      })
      return userOf(row, issuer)
    } catch (error) {
      throw isDuplicate(error) ? new Refusal(400, 'a user of this name exists already') : error
    }
  }

  /** Changes the mail address or whether a user is enabled. */
  async update(by: By, realm: RealmEntry, name: string, given: Given): Promise<void> {
    const email = optionalText(given, 'email')
    const isEnabled = optionalFlag(given, 'enabled')
    if (email !== undefined && !isEmail(email)) throw new Refusal(400, 'supplied value for email is not valid')
    const change = { ...(email === undefined ? {} : { email }), ...(isEnabled === undefined ? {} : { isEnabled }) }
    const { subjects, core } = this.#parts
    await core.storage.transaction(async (tx) => {
      const row = await subjects.find(realm, name, tx)
      if (row === null) throw notFound()
      await subjects.change(tx, realm, row, change, by)
    })
  }

  async remove(by: By, realm: RealmEntry, name: string): Promise<void> {
    const { subjects, core } = this.#parts
    await core.storage.transaction(async (tx) => {
      const row = await subjects.find(realm, name, tx)
      if (row === null) throw notFound()
      await subjects.remove(tx, realm, row, by)
    })
  }

  /**
   * The QR code of a user's secret, the same each time.
   *
   * @throws Refusal 403 while user or issuer is disabled; {@link Failure} `enrolment_not_shown` where there is none
   */
  async picture(by: By, realm: RealmEntry, name: string): Promise<Buffer> {
    const row = await this.row(realm, name)
    if (row.enabled === 0 || !realm.policy.isEnabled) throw disabled()
    const shown = await this.#parts.subjects.enrolment.show(realm, row, by)
    const look = await this.#parts.looks.read()
    return Buffer.from(drawQrPng(totpUri(realm.name, name, shown), { ...look, sizePixels: 256 }))
  }

  /** A user's row. @throws Refusal 404, in the words for an unknown issuer */
  async row(realm: RealmEntry, name: string): Promise<SubjectRow> {
    const row = await this.#parts.subjects.find(realm, name)
    if (row === null) throw notFound()
    return row
  }
}
