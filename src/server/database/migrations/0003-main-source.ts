import { columnTypes, type Migration } from '../migration.ts'

/**
 * The source a subject is known at, in its hot row: most have one, and a row of another table for each costs a page
 * read and a page written with the first code of every day.
 *
 * Sources known before stay where they are. A server of the schema before takes a source it does not find for unknown.
 */
export const mainSource: Migration = {
  version: 3,
  statements: (engine) => {
    const { whole } = columnTypes(engine)
    return [
      'alter table subject_state add column main_source_hash text',
      ...['accepted_at_ms', 'window_started_at_ms', 'failures'].map(
        (name) => `alter table subject_state add column main_source_${name} ${whole} not null default 0`,
      ),
    ]
  },
}
