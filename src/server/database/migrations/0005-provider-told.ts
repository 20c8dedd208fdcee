import { columnTypes, type Migration } from '../migration.ts'

/**
 * When the provider issued what it last said of a person, by its own clock: a token issued before that changes nothing.
 *
 * A server of the schema before does not write it; then the next token counts, as it did there.
 */
export const providerTold: Migration = {
  version: 5,
  statements: (engine) => [
    `alter table person add column oidc_told_at_ms ${columnTypes(engine).whole} not null default 0`,
  ],
}
