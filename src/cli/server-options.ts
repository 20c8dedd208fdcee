/** Flags that say which store a command works on, shared by `serve`, `init`, `doctor`, `keys`, `audit` and `admin`. */
export interface StoreFlags {
  readonly dataDir?: string
  readonly databaseUrl?: string
}

const text = (value: string) => value

/** The same flags for the command parser. */
export const storeFlags = {
  dataDir: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'Folder of the embedded database and the root key (WATCHWORD_DATA_DIR); wins over every variable',
    placeholder: 'DIR',
  },
  databaseUrl: {
    kind: 'parsed',
    parse: text,
    optional: true,
    brief: 'PostgreSQL address (WATCHWORD_DATABASE_URL)',
    placeholder: 'URL',
  },
} as const
