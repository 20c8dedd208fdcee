/** Databases that cannot be opened, or are not ours. */
export const databaseFailures = {
  database_address_invalid:
    'The database address "{address}" is not understood. Give postgres://user@host/name, or a data directory for SQLite.',
  database_away: 'The database does not answer. Nothing was changed; try again when it is back.',
  database_busy: 'The database was locked by another process for too long. Nothing was changed; try again.',
  database_damaged:
    'The database {place} is damaged ({reason}). It was left untouched; restore the last backup with "watchword restore".',
  database_foreign: 'The database {place} was not made by Watchword. It was left untouched; point to another one.',
  database_missing:
    'There is no Watchword database in {place}. Name its folder with --data-dir, or make one with "watchword init".',
  data_dir_unusable:
    'The data directory {folder} cannot be made ({reason}). Choose another with --data-dir, or give this user the right to write there.',
  database_newer:
    'The database {place} was written by a newer Watchword (schema {found}, this one knows {known}). It was left untouched; upgrade this program.',
  database_too_old: 'PostgreSQL {found} is too old. Watchword needs PostgreSQL 15 or newer.',
  migration_blocked:
    'The schema of {place} has to grow, but another transaction held its tables the whole time. Nothing was changed. End what runs long there, such as a dump, and start again.',
  database_unreachable:
    'The database {place} cannot be opened ({reason}). Check the address, the rights and that it runs.',
} as const
