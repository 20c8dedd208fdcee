import type { FailureCode } from '../errors/catalogue.ts'
import { Failure } from '../errors/failure.ts'

/** What the operating system refuses, by its error code (errno(3)), as one of our failures. */
const failureOf: Readonly<Record<string, FailureCode>> = {
  EACCES: 'path_denied',
  EAI_AGAIN: 'host_unknown',
  EDQUOT: 'disk_full',
  EEXIST: 'path_taken',
  EFBIG: 'file_too_large',
  EIO: 'device_failed',
  EISDIR: 'path_is_folder',
  ELOOP: 'path_unusable',
  EMFILE: 'files_too_many',
  ENAMETOOLONG: 'path_unusable',
  ENFILE: 'files_too_many',
  ENOENT: 'path_missing',
  ENOSPC: 'disk_full',
  ENOTDIR: 'path_through_file',
  ENOTFOUND: 'host_unknown',
  EPERM: 'path_denied',
  EROFS: 'disk_read_only',
}

/** An error of the system with what Node.js adds to it. */
interface SystemError extends NodeJS.ErrnoException {
  readonly hostname?: string
  readonly address?: string
  readonly port?: number
}

const listenRefusals = new Set(['EACCES', 'EADDRNOTAVAIL', 'EINVAL', 'EPERM'])

/**
 * An error of the operating system as a failure whose message is a sentence; null for any other error. The program's
 * last resort: where more is known about a file than its path, whoever opens it says so.
 */
export function systemFailure(thrown: unknown): Failure | null {
  if (!(thrown instanceof Error)) return null
  const { code = '', path, hostname, syscall, address = '', port = 0 } = thrown as SystemError
  if (code === 'EADDRINUSE') return new Failure('port_in_use', { detail: { port }, cause: thrown })
  if (address !== '' && listenRefusals.has(code)) {
    return new Failure('address_unusable', { detail: { host: address, port }, cause: thrown })
  }
  const known = failureOf[code]
  if (known === undefined) return null
  const place = path ?? hostname ?? (syscall === 'write' ? 'The output' : 'What was named')
  return new Failure(known, { detail: { place }, cause: thrown })
}
