import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { Failure } from '../errors/failure.ts'

/** Argon2id as OWASP's Password Storage Cheat Sheet asks for it: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const
const saltBytes = 16
/** Hashing runs beside the checks of codes and must not crowd them out: a core is left to them where there is another. */
const mostAtATime = availableParallelism() > 2 ? 2 : 1
const mostWaiting = 64

interface Hashed {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Uint8Array
  readonly tag: Uint8Array
}

/** Compared against when there is nobody of that name, so that strangers cost as much as friends. */
const nobody: Hashed = { ...cost, salt: new Uint8Array(saltBytes), tag: new Uint8Array(cost.tagLength) }

/**
 * Hashes a passphrase with Argon2id (RFC 9106).
 *
 * @returns the hash in the PHC string format, e.g. `$argon2id$v=19$m=19456,t=2,p=1$…$…`
 * @throws {@link Failure} `passphrases_busy` when too many wait
 */
export async function hashPassphrase(passphrase: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await compute(passphrase, { ...cost, salt, tag: nobody.tag })
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${text(salt)}$${text(tag)}`
}

/**
 * Whether a passphrase is the one that was hashed.
 *
 * @param hash - what {@link hashPassphrase} returned; null for an unknown person, which costs as much and is false
 * @throws {@link Failure} `passphrases_busy` when too many wait
 */
export async function isPassphrase(passphrase: string, hash: string | null): Promise<boolean> {
  const known = hash === null ? null : parse(hash)
  const expected = known ?? nobody
  const tag = await compute(passphrase, expected)
  return timingSafeEqual(tag, expected.tag) && known !== null
}

function parse(hash: string): Hashed | null {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash)
  if (match === null) return null
  const [, memory, passes, parallelism, salt = '', tag = ''] = match
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}

let running = 0
const waiting: (() => void)[] = []

async function compute(passphrase: string, { memory, passes, parallelism, salt, tag }: Hashed): Promise<Uint8Array> {
  await takeTurn()
  try {
    const parameters: Argon2Parameters = {
      // The same passphrase typed on two keyboards may arrive composed or decomposed (RFC 8265 section 4.2).
      message: Buffer.from(passphrase.normalize('NFC'), 'utf8'),
      nonce: salt,
      memory,
      passes,
      parallelism,
      tagLength: tag.length,
    }
    return await promisify(argon2)('argon2id', parameters)
  } finally {
    passTurn()
  }
}

async function takeTurn(): Promise<void> {
  if (running < mostAtATime) {
    running += 1
    return
  }
  if (waiting.length >= mostWaiting) throw new Failure('passphrases_busy', { detail: { retryAfterMs: 3000 } })
  await new Promise<void>((resolve) => waiting.push(resolve))
}

// Handed to whoever waits: given back first, it could be taken by another before they wake.
function passTurn(): void {
  const next = waiting.shift()
  if (next === undefined) running -= 1
  else next()
}
