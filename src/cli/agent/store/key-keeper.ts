/**
 * Keeps the key of a passphrase store for a while, so that not every command asks for the passphrase.
 *
 * Keys are named by the salt they were stretched with.
 */
export interface KeyKeeper {
  recall(saltHex: string): Promise<Buffer | null>
  offer(saltHex: string, key: Buffer): Promise<void>
}

/** The name of the socket of the process that keeps a key. */
export const keeperSocket = 'keeper'

/** Keeps keys within this process only. */
export function memoryKeeper(): KeyKeeper & { forget(): void } {
  const keys = new Map<string, Buffer>()
  return {
    recall: async (saltHex) => keys.get(saltHex) ?? null,
    offer: async (saltHex, key) => void keys.set(saltHex, key),
    forget() {
      for (const key of keys.values()) key.fill(0)
      keys.clear()
    },
  }
}

/** Recalls keys from the process that `watchword unlock` left behind; keys of its own it keeps to itself. */
export function unlockedKeeper(runtimeFolder: string): KeyKeeper {
  const own = memoryKeeper()
  return {
    async recall(saltHex) {
      const mine = await own.recall(saltHex)
      if (mine !== null) return mine
      const { askSocket } = await import('../lock-sockets.ts')
      const answer = await askSocket(runtimeFolder, keeperSocket, { recall: saltHex })
      const isKey = typeof answer === 'object' && answer !== null && 'keyHex' in answer
      return isKey && typeof answer.keyHex === 'string' ? Buffer.from(answer.keyHex, 'hex') : null
    },
    offer: own.offer,
  }
}
