import { randomUUID } from 'node:crypto'
import type * as api from '../../api/subjects.ts'
import { hashToken, newToken } from '../../crypto/token.ts'
import { Failure } from '../../errors/failure.ts'
import { drawQrSvg } from '../../qr/draw.ts'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import { type By, subjectEvent } from '../subjects/audited.ts'
import { pendingForMs } from '../subjects/enrol.ts'
import { endOpenLinks } from '../subjects/store.ts'
import type { Subjects } from '../subjects/subjects.ts'
import type { SubjectOffice, SubjectPath } from './subject-office.ts'
import * as store from './store.ts'

/** A link may be opened once within this time, and its secret confirmed within as long again. */
const openForMs = 15 * 60_000

/**
 * One-time links: an application hands enrolment to its end user without seeing the secret.
 *
 * The token stands behind the `#` of a console page, which sends it in a body: no log ever sees it (T52).
 */
export class EnrolmentLinks {
  readonly #core: Core
  readonly #subjects: Subjects
  readonly #office: SubjectOffice

  constructor(core: Core, subjects: Subjects, office: SubjectOffice) {
    this.#core = core
    this.#subjects = subjects
    this.#office = office
  }

  /** Makes a link, in the place of one that is still open. `origin` is where the console is, e.g. `https://codes.example.com`. */
  async create(by: By, path: SubjectPath, origin: string): Promise<api.EnrolmentLink> {
    const realm = await this.#office.enrollable(by.actor, path.realm)
    const subject = await this.#office.subjectOf(realm, path.subject)
    const token = newToken()
    const nowMs = this.#core.services.clock.nowMs()
    const expiresAtMs = nowMs + openForMs
    await this.#core.storage.transaction(async (tx) => {
      await endOpenLinks(tx, subject.id, nowMs)
      await store.insertLink(tx, {
        id: randomUUID(),
        token_hash: hashToken(token),
        subject_id: subject.id,
        expires_at_ms: expiresAtMs,
        used_at_ms: null,
        created_at_ms: nowMs,
      })
      await this.#core.audit.append(tx, [subjectEvent(by, 'enrol_link', realm.id, subject)])
    })
    return { url: `${origin}/enrol#${token}`, expiresAtMs }
  }

  /** Makes the secret of a link and shows it, once. @throws {@link Failure} `enrolment_link_unusable` */
  async open(by: By, token: string): Promise<api.OpenedEnrolment> {
    const { realm, subject, secret } = await this.#core.storage.transaction(async (tx) => {
      const link = await store.useLink(tx, hashToken(token), this.#core.services.clock.nowMs())
      if (link === null) throw new Failure('enrolment_link_unusable')
      const found = await this.#behind(link, tx)
      const asHolder = { ...by, actor: holderOf(link, by.address) }
      const begins = { pendingForMs }
      const started = await this.#subjects.enrolment.start(tx, found.realm, found.subject, { begins }, asHolder)
      return { ...found, secret: started }
    })
    const shown = this.#office.shownAs(realm, subject.name, secret)
    return { ...shown, qrSvg: drawQrSvg(shown.otpauthUri) }
  }

  /** Confirms the secret of an opened link by its first code. */
  async confirm(by: By, token: string, code: string): Promise<api.Confirmation> {
    const link = await store.findLink(this.#core.storage.db, hashToken(token))
    const nowMs = this.#core.services.clock.nowMs()
    if (link?.used_at_ms == null || link.used_at_ms + pendingForMs <= nowMs) {
      throw new Failure('enrolment_link_unusable')
    }
    const { realm, subject } = await this.#behind(link)
    return this.#subjects.confirm(realm, subject.name, code, { ...by, actor: holderOf(link, by.address) })
  }

  async #behind(link: store.EnrolmentLinkRow, tx?: Tx) {
    const names = await store.namesOfSubject(tx ?? this.#core.storage.db, link.subject_id)
    const realm = names === undefined ? null : await this.#subjects.realm(names.realm)
    const subject = names === undefined || realm === null ? null : await this.#subjects.find(realm, names.subject, tx)
    if (realm === null || subject === null) throw new Failure('enrolment_link_unusable')
    return { realm, subject }
  }
}

/** Whoever holds a link, for the audit: nobody we know by name. */
function holderOf(link: store.EnrolmentLinkRow, address: string): By['actor'] {
  return { kind: 'service', tokenId: `link:${link.id}`, name: 'enrolment link', scopes: [], address }
}
