import type { Migration } from '../migration.ts'

/**
 * What an account asks of a login at the provider. Empty means the usual demand, so that servers of the first schema
 * go on adding accounts while this one is being rolled out.
 */
export const signOnDemand: Migration = {
  version: 2,
  statements: () => ['alter table account add column sign_on_demand text'],
}
