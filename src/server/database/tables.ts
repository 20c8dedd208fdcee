import type { AuditTables } from './tables/audit.ts'
import type { LoginTables } from './tables/logins.ts'
import type { NoticeTables } from './tables/notices.ts'
import type { PeopleTables } from './tables/people.ts'
import type { RealmTables } from './tables/realms.ts'
import type { SystemTables } from './tables/system.ts'
import type { VaultTables } from './tables/vault.ts'

/**
 * Every table, as both engines hold it; each noun has its file in `tables/`.
 *
 * Times are Unix milliseconds, booleans are 0 or 1, ids are text, sealed and hashed things are bytes,
 * lists and objects are JSON text. Only `server/database` and each room's stores know these names.
 */
export interface Tables
  extends SystemTables, AuditTables, NoticeTables, RealmTables, PeopleTables, LoginTables, VaultTables {}
