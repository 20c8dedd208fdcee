import { argon2, pbkdf2, scrypt, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '../errors/failure.ts'
import { damaged, type ImportContext } from './format.ts'
import { agentArgonMemoryKib, importLimits } from './limits.ts'

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
// Some parameters it refuses at once, others later: both are rejections here.
const scryptAsync = async (password: string, salt: Uint8Array, bytes: number, options: ScryptOptions) => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  scrypt(password, salt, bytes, options, (error, key) => (error === null ? resolve(key) : reject(error)))
  return promise
}

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
 * @throws {@link Failure} `import_key_too_costly` above the limits of any place, `import_key_for_agent` above those of this one
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
  if (memoryKib > agentArgonMemoryKib) throw tooCostly(app, `${Math.ceil(memoryKib / 1024)} MiB for its key`)
  if (passes > importLimits.maxArgonPasses || memoryKib * passes > importLimits.maxArgonWorkKib)
    throw tooCostly(app, `${passes} passes of Argon2`)
  if (lanes > importLimits.maxArgonLanes) throw tooCostly(app, `${lanes} lanes of Argon2`)
  if (memoryKib > context.maxArgonMemoryKib)
    throw new Failure('import_key_for_agent', {
      detail: { app, what: `${Math.ceil(memoryKib / 1024)} MiB for its key` },
    })
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
    throw tooCostly(app, `${Math.ceil((memoryBytes * parallelization) / 2 ** 20)} MiB for its key`)
  if (blockSize * parallelization > importLimits.maxScryptBlocks)
    throw tooCostly(app, `scrypt with blocks of ${blockSize} times ${parallelization}`)
  return inLine(() => {
    context.onProgress({ stage: 'key', expectedMs: Math.ceil((memoryBytes * parallelization) / 2 ** 19) })
    const maxmem = 2 * memoryBytes + 128 * blockSize * parallelization
    const options = { N: cost, r: blockSize, p: parallelization, maxmem }
    return scryptAsync(context.password, salt, 32, options).catch((error: unknown) => {
      throw damaged(app, 'the parameters of its key make no sense', error)
    })
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

/** What a file asks for is more than anybody's patience or memory. */
export function tooCostly(app: string, what: string): Failure {
  return new Failure('import_key_too_costly', { detail: { app, what } })
}
