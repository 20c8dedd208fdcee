/** Databases that cannot be opened, or are not ours. */
export const databaseFailures = {
  database_address_invalid:
    'The database address "{address}" is not understood. Give postgres://user@host/name, or a data directory for SQLite. In a passphrase write / as %2F, # as %23, ? as %3F, % as %25 and @ as %40.',
  database_away: 'The database does not answer. Nothing was changed; try again when it is back.',
  database_busy: 'The database is busy: others held it for too long. Nothing was changed; try again in a moment.',
  database_damaged:
    'The database {place} is damaged ({reason}). It was left untouched; restore the last backup with "watchword restore".',
  database_foreign: 'The database {place} was not made by Watchword. It was left untouched; point to another one.',
  database_empty:
    'The database {place} is empty. If there was something in it, bring the last backup back with "watchword restore"; "watchword init" and "watchword serve" begin a new one.',
  database_missing:
    'There is no Watchword database in {place}. Name its folder with --data-dir or its address with --database-url, or make one with "watchword init".',
  data_dir_unusable:
    'The data directory {folder} cannot be made ({reason}). Choose another with --data-dir, or give this user the right to write there.',
  database_newer:
    'The database {place} was written by a newer Watchword (schema {found}, this one knows {known}). It was left untouched; upgrade this program.',
  database_older:
    'The database {place} is of schema {found}; this program works on schema {known}. Nothing was changed. Write a backup with "watchword backup create", then let "watchword serve" upgrade it; until then use the version that wrote it.',
  database_too_old: 'PostgreSQL {found} is too old. Watchword needs PostgreSQL 15 or newer.',
  migration_blocked:
    'The schema of {place} has to grow, but another transaction held its tables the whole time. Nothing was changed. End what runs long there, such as a dump, and start again.',
  database_unreachable:
    'The database {place} cannot be opened ({reason}). Check the address, the rights and that it runs.',
} as const
