/** What a file from a stranger may demand at most. */
export const importLimits = {
  maxBytes: 10_000_000,
  maxEntries: 10_000,
  maxSecretBytes: 4096,
  maxDepth: 64,
  /** Brackets and commas of a JSON text: 10,000 entries with a hundred fields each stay below. */
  maxJsonSigns: 2_000_000,
  maxXmlTags: 500_000,
  /** A KeePass entry has seventy tags, and as many again for each version of it that is kept. */
  maxKdbxTags: 1_000_000,
  maxRowLetters: 1_000_000,
  maxUnpackedBytes: 50_000_000,
  maxUnpackedFiles: 2_000,
  /** Attachments beside the accounts are passed over. */
  maxZippedNames: 20_000,
  maxPbkdf2Iterations: 10_000_000,
  /** Of all entries of a file together: five hundred with a hundred thousand rounds each. */
  maxPbkdf2IterationsOfFile: 50_000_000,
  maxKeySlots: 16,
  maxScryptBytes: 256 * 1024 * 1024,
  maxScryptBlocks: 64,
  maxArgonPasses: 20,
  /** Memory times passes: eight over the whole GiB that Ente asks for four times. */
  maxArgonWorkKib: 8 * 1024 * 1024,
  maxArgonLanes: 16,
} as const

/** Memory for Argon2 in a person's own agent: Ente's exports ask for this much. */
export const agentArgonMemoryKib = 1024 * 1024
/** Memory for Argon2 on a server, which many people share. */
export const serverArgonMemoryKib = 256 * 1024
