/** Configuration, files and the operation of a server. */
export const operationFailures = {
  config_invalid: 'The configuration has mistakes: {mistakes}',
  port_in_use: 'Port {port} is taken by another program. Choose another with --port, or stop that program.',
  address_unusable: 'This machine cannot listen on {host} port {port}. Choose another address with --host or --port.',
  store_named_twice:
    '--server names a running server, --data-dir and --database-url a store. Keep the one that is meant.',
  enabled_twice: '--enable and --disable contradict each other. Keep the one that is meant.',
  token_file_missing: 'Name the file with the token: --token-file FILE, or WATCHWORD_TOKEN_FILE.',
  listener_unusable:
    '{what} cannot listen on {place} ({reason}). Choose another address with {setting}, or give this user the right to it.',
  path_missing: '{place} is not there. Check the name; a folder to write into has to be made first.',
  path_denied: '{place} may not be used so by this user. Run the command as its owner, or change its rights.',
  path_is_folder: '{place} is a folder, where a file is wanted. Name the file.',
  path_taken: '{place} is there already, and nothing was overwritten. Choose another name.',
  path_through_file: '{place} leads through a file as if it were a folder. Check the name.',
  path_unusable: '{place} cannot be used as a path. Check the name.',
  disk_read_only: '{place} lies on a file system that is read-only. Choose another place, or mount it for writing.',
  disk_full:
    '{place} cannot be written: the disk is full. Make room and do it again; nothing that was confirmed is lost.',
  device_failed:
    '{place} failed: the device behind it answered with an input/output error. Check the disk, or open the terminal anew.',
  file_too_large:
    '{place} would grow larger than this user may write (ulimit -f), or than its file system holds. Choose another place, or raise the limit.',
  files_too_many: 'Too many files are open at once. Raise the limit of this user (ulimit -n) and do it again.',
  host_unknown: '{place} is no host that this machine knows. Check the name, and that names are looked up (DNS).',
  home_unknown: 'The system knows no home folder of this user. Set HOME to the folder where files are to be kept.',
  file_unreadable: 'The file {file} cannot be read. Check its name, and that this user may read it.',
  interrupted: 'Interrupted. What was begun is put away; run the command again.',
  backup_unreadable: 'This is no whole backup of ours, or another root key sealed it. Nothing was changed.',
  backup_key_missing:
    'The backup was sealed under the root key {rootKeyId}, which is not here. Bring that key back first.',
  backup_key_kept:
    'The backup was sealed under the root key {rootKeyId}, which was replaced since and lies in {place}. Restore with WATCHWORD_ROOT_KEY_FILE={place}, and serve the restored store with it.',
  backup_exists: 'The file {file} is there already. Choose another name.',
  backup_newer:
    'The backup was written by a newer Watchword (schema {found}; this one knows {known}). Restore it with that version, or a later one. Nothing was changed.',
  restore_unfinished:
    'The restore begun at {time} did not reach its end, and nothing of it is there. Run `watchword restore` with the same backup again.',
  move_unfinished:
    'The move from SQLite begun at {time} did not reach its end. Run `watchword migrate` from the same store to this database again; until it ends, that store counts and this is a copy.',
  restore_not_empty:
    'The database is not empty: a store was begun in it, perhaps by a server. Nothing was changed. Name an empty data directory or database.',
  store_moved:
    'This store moved to another database on {date}. Name that database with --database-url or WATCHWORD_DATABASE_URL. Nothing was changed.',
  migrate_same: 'Source and target are the same kind of store. migrate goes from SQLite to PostgreSQL.',
  drill_failed: 'The rehearsal failed: {reason}',
  migrate_differs:
    '{count} rows or codes of the copy differ, or its audit chain is not whole. The old store stays in use.',
} as const
