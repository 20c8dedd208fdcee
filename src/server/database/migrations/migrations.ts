import { type Migration, newestVersion } from '../migration.ts'
import { first } from './0001-first.ts'
import { signOnDemand } from './0002-sign-on-demand.ts'
import { mainSource } from './0003-main-source.ts'
import { loginsByTime } from './0004-logins-by-time.ts'
import { providerTold } from './0005-provider-told.ts'

/** Every step of the schema, oldest first. */
export const migrations: readonly Migration[] = [first, signOnDemand, mainSource, loginsByTime, providerTold]

/** The schema this program writes. */
export const schemaVersion = newestVersion(migrations)
