/** What a file from a stranger may demand at most. */
export const importLimits = {
  maxBytes: 10_000_000,
  maxEntries: 10_000,
  maxDepth: 64,
  maxUnpackedBytes: 50_000_000,
  maxUnpackedFiles: 2_000,
  maxPbkdf2Iterations: 10_000_000,
  maxScryptBytes: 256 * 1024 * 1024,
  maxArgonPasses: 20,
  maxArgonLanes: 16,
} as const

/** Memory for Argon2 in a person's own agent: Ente's exports ask for this much. */
export const agentArgonMemoryKib = 1024 * 1024
/** Memory for Argon2 on a server, which many people share. */
export const serverArgonMemoryKib = 256 * 1024
