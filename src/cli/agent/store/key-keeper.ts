/**
 * Keeps the key of a passphrase store for a while, so that not every command asks for the passphrase.
 *
 * Keys are named by the salt they were stretched with.
 */
export interface KeyKeeper {
  recall(saltHex: string): Promise<Buffer | null>
  offer(saltHex: string, key: Buffer): Promise<void>
}

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
