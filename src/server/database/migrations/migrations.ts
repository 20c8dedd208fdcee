import type { Migration } from '../migration.ts'
import { first } from './0001-first.ts'

/** Every step of the schema, oldest first. */
export const migrations: readonly Migration[] = [first]

/** The schema this program writes. */
export const schemaVersion = Math.max(...migrations.map(({ version }) => version))
