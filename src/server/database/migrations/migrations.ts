import { type Migration, newestVersion } from '../migration.ts'
import { first } from './0001-first.ts'
import { signOnDemand } from './0002-sign-on-demand.ts'
import { mainSource } from './0003-main-source.ts'

/** Every step of the schema, oldest first. */
export const migrations: readonly Migration[] = [first, signOnDemand, mainSource]

/** The schema this program writes. */
export const schemaVersion = newestVersion(migrations)
