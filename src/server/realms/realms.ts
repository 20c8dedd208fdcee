import type { QrLook } from '../../qr/look.ts'
import type { Core } from '../audit/core.ts'
import type { PublicConfig } from '../http/services.ts'
import type { Subjects } from '../subjects/subjects.ts'
import { BulkEnrolment } from './bulk.ts'
import { EnrolmentLinks } from './links.ts'
import { RealmOffice } from './realm-office.ts'
import { SubjectOffice } from './subject-office.ts'

export { realmRoutes } from './routes.ts'
export { verifyRoute } from './verify-route.ts'

/** What the room takes from elsewhere. */
export interface RealmParts {
  /** The colours of QR codes, from the settings. */
  readonly look: () => Promise<QrLook>
}

/** The realms room: what its routes, the doors and the commands use. */
export interface Realms extends RealmParts {
  readonly config: PublicConfig
  readonly subjects: Subjects
  readonly realms: RealmOffice
  readonly office: SubjectOffice
  readonly links: EnrolmentLinks
  readonly bulk: BulkEnrolment
  /** Waits for the rows of a bulk enrolment at hand; before the storage closes. */
  stop(): Promise<void>
}

/** Sets up the room and takes up bulk enrolments that a restart interrupted. */
export function createRealms(core: Core, subjects: Subjects, { look }: RealmParts): Realms {
  const realms = new RealmOffice(core, subjects)
  const office = new SubjectOffice(core, subjects, realms)
  const links = new EnrolmentLinks(core, subjects, office)
  const bulk = new BulkEnrolment(core, subjects)
  void bulk.resume()
  return { look, config: core.services.config, subjects, realms, office, links, bulk, stop: () => bulk.close() }
}
