import { argon2, pbkdf2, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '../errors/failure.ts'
import { damaged, type ImportContext } from './format.ts'
import { importLimits } from './limits.ts'

/** Parameters of Argon2 as files store them. */
export interface ArgonParameters {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
  /** Argon2id unless said otherwise. */
  readonly variant?: 'argon2id' | 'argon2d'
  /** What is stretched instead of the password itself. */
  readonly message?: Uint8Array
}

/** Parameters of scrypt as files store them. */
export interface ScryptParameters {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/** A hash PBKDF2 may run on. */
export type Pbkdf2Hash = 'sha1' | 'sha256' | 'sha512'

const pbkdf2Async = promisify(pbkdf2)
const argon2Async = promisify(argon2)

/** Rough costs on a usual machine, for the progress bar alone. */
const pbkdf2RoundsPerMs = 1500
const argonKibPassesPerMs = 1300

/** Key derivations stand in line: two of 1 GiB at once could take the machine down. */
let lastDerivation: Promise<unknown> = Promise.resolve()

/**
 * PBKDF2 over an untrusted number of rounds, off the event loop.
 *
 * @throws {@link Failure} `import_key_too_costly` above ten million rounds, `import_file_damaged` below one
 */
export function derivePbkdf2(
  app: string,
  context: ImportContext,
  salt: Uint8Array,
  parameters: { readonly iterations: number; readonly hash: Pbkdf2Hash; readonly bytes?: number },
): Promise<Buffer> {
  const { iterations, hash, bytes = 32 } = parameters
  assertWhole(app, iterations)
  if (iterations > importLimits.maxPbkdf2Iterations) throw tooCostly(app, `${iterations} rounds of PBKDF2`)
  return inLine(() => {
    context.onProgress({ stage: 'key', expectedMs: Math.ceil(iterations / pbkdf2RoundsPerMs) })
    return pbkdf2Async(context.password, salt, iterations, bytes, hash)
  })
}

/**
 * Argon2 over untrusted parameters, off the event loop; 32 bytes.
 *
 * @throws {@link Failure} `import_key_too_costly` above the limits of this place
 */
export function deriveArgon2(
  app: string,
  context: ImportContext,
  salt: Uint8Array,
  parameters: ArgonParameters,
): Promise<Buffer> {
  const { memoryKib, passes, lanes, variant = 'argon2id', message = context.password } = parameters
  for (const value of [memoryKib, passes, lanes]) assertWhole(app, value)
  if (salt.length < 8 || memoryKib < 8 * lanes) throw damaged(app, 'the parameters of its key make no sense')
  if (memoryKib > context.maxArgonMemoryKib) throw tooCostly(app, `${Math.ceil(memoryKib / 1024)} MiB for its key`)
  if (passes > importLimits.maxArgonPasses) throw tooCostly(app, `${passes} passes of Argon2`)
  if (lanes > importLimits.maxArgonLanes) throw tooCostly(app, `${lanes} lanes of Argon2`)
  return inLine(async () => {
    context.onProgress({ stage: 'key', expectedMs: Math.ceil((memoryKib * passes) / argonKibPassesPerMs) })
    const sizes = { memory: memoryKib, passes, parallelism: lanes, tagLength: 32 }
    return argon2Async(variant, { message, nonce: salt, ...sizes })
  })
}

/**
 * scrypt over untrusted parameters, off the event loop; 32 bytes.
 *
 * @throws {@link Failure} `import_key_too_costly` above 256 MB
 */
export function deriveScrypt(
  app: string,
  context: ImportContext,
  salt: Uint8Array,
  { cost, blockSize, parallelization }: ScryptParameters,
): Promise<Buffer> {
  for (const value of [cost, blockSize, parallelization]) assertWhole(app, value)
  const memoryBytes = 128 * cost * blockSize
  if (!Number.isInteger(Math.log2(cost)) || cost < 2) throw damaged(app, 'the parameters of its key make no sense')
  if (memoryBytes * parallelization > importLimits.maxScryptBytes)
    throw tooCostly(app, `${Math.ceil(memoryBytes / 2 ** 20)} MiB for its key`)
  return inLine(() => {
    context.onProgress({ stage: 'key', expectedMs: Math.ceil((memoryBytes * parallelization) / 2 ** 19) })
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    const maxmem = 2 * memoryBytes + 128 * blockSize * parallelization
    scrypt(context.password, salt, 32, { N: cost, r: blockSize, p: parallelization, maxmem }, (error, key) => {
      if (error === null) resolve(key)
      else reject(damaged(app, 'the parameters of its key make no sense', error))
    })
    return promise
  })
}

function inLine<T>(derive: () => Promise<T>): Promise<T> {
  const turn = lastDerivation.then(derive)
  lastDerivation = turn.catch(() => undefined)
  return turn
}

function assertWhole(app: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) throw damaged(app, 'the parameters of its key make no sense')
}

function tooCostly(app: string, what: string): Failure {
  return new Failure('import_key_too_costly', { detail: { app, what } })
}
