import { UngleichOtpClient, UngleichOtpRefusal } from '../../client/service/index.ts'
import { Failure, isFailure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { totp } from '../../otp/totp.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { toldFailure } from '../told-failure.ts'
import type { CallerFlags, EntryFlags, VerifyFlags } from './routes.ts'

/** Tells a failure as the old client did: its sentence alone, without our name before it, and always 1. */
async function plainly(context: CliContext, { json }: CallerFlags, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isFailure(error) || error.code === 'client_token_or_seed') throw error
    if (json) context.sayJson(toldFailure(error))
    else context.stderr.write(`${error.message}\n`)
    context.setExitCode(exitCodes.general)
  }
}

/** Asks whether a code of a service is right. The exit code answers too; no code is shown again. */
export function verify(this: CliContext, flags: VerifyFlags): Promise<void> {
  return plainly(this, flags, () => verifyService(this, flags))
}

/** Makes an entry and shows its seed: name, realm and seed between tabs. */
export function create(this: CliContext, flags: EntryFlags): Promise<void> {
  return plainly(this, flags, async () => {
    const entry = await clientFor(this, flags).create(flags.name, flags.realm)
    if (flags.json) this.printJson(entry)
    else this.print(`${entry.name}\t${entry.realm}\t${entry.seed}`)
  })
}

/** Every entry with its seed, a line each: name, realm and seed between tabs. */
export function list(this: CliContext, flags: CallerFlags): Promise<void> {
  return plainly(this, flags, async () => {
    const entries = await clientFor(this, flags).list()
    if (flags.json) return this.printJson({ items: entries })
    for (const { name, realm, seed } of entries) this.print(`${name}\t${realm}\t${seed}`)
  })
}

/** Deletes the entry of a name in a realm; `client_entry_not_found` where there is none. */
export function remove(this: CliContext, flags: EntryFlags): Promise<void> {
  return plainly(this, flags, async () => {
    const { name, realm } = flags
    const client = clientFor(this, flags)
    const [entry] = await client.list({ name, realm })
    if (entry === undefined) throw new Failure('client_entry_not_found', { detail: { name, realm } })
    await client.delete(entry.id)
    if (flags.json) this.printJson({ deleted: { name, realm } })
    else this.say(`The entry ${name} of ${realm} is deleted.`)
  })
}

async function verifyService(context: CliContext, flags: VerifyFlags): Promise<void> {
  const { name, realm, token, seed } = flags
  if ((token === undefined) === (seed === undefined)) throw new Failure('client_token_or_seed')
  const client = clientFor(context, flags)
  const code = seed === undefined ? (token ?? '') : totp(decodeBase32(seed), context.now())
  try {
    await client.verifyOrThrow(name, realm, code)
  } catch (error) {
    if (!(error instanceof UngleichOtpRefusal)) throw error
    const { status, statusText = '' } = error.detail
    context.setExitCode(exitCodes.general)
    if (flags.json) return context.printJson({ verified: false, status })
    return context.print(`Failed to verify: HTTP Error ${status}: ${statusText}`)
  }
  if (flags.json) return context.printJson({ verified: true })
  context.print('Verify ok')
}

/** The caller of flags and environment; what is missing is told in the order the old client looked. */
function clientFor({ env, now }: CliContext, flags: CallerFlags): UngleichOtpClient {
  const required = (given: string | undefined, variable: string): string => {
    const value = given ?? env[variable]
    if (value === undefined || value === '') {
      throw new Failure('client_environment_missing', { detail: { name: variable } })
    }
    return value
  }
  const realm = required(flags.authRealm, 'UNGLEICHOTPREALM')
  const name = required(flags.authName, 'UNGLEICHOTPNAME')
  const proof =
    flags.authToken === undefined ? { seed: required(flags.authSeed, 'UNGLEICHOTPSEED') } : { code: flags.authToken }
  const serverUrl = required(flags.server, 'UNGLEICHOTPSERVER')
  return new UngleichOtpClient({ name, realm, serverUrl, now, ...proof })
}
