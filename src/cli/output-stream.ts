import { fstatSync, writeSync } from 'node:fs'

/** Standard output or standard error. */
export interface OutputStream {
  write(text: string | Uint8Array): void
  /** Whether a person reads it, rather than a file or another program. */
  readonly isTerminal: boolean
}

/**
 * An output stream that writes at once.
 *
 * Node's own streams load its network code before the first character, which costs as much as a decryption.
 *
 * @param whenRefused - told what the system said when the output took nothing more
 */
export function outputStream(descriptor: 1 | 2, whenRefused: (cause: unknown) => void): OutputStream {
  return {
    write(text) {
      try {
        writeWhole(descriptor, typeof text === 'string' ? Buffer.from(text) : text)
      } catch (cause) {
        whenRefused(cause)
      }
    },
    get isTerminal() {
      return isTerminal(descriptor)
    },
  }
}

function isTerminal(descriptor: number): boolean {
  try {
    if (!fstatSync(descriptor).isCharacterDevice()) return false
  } catch {
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor)
}

function writeWhole(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (cause) {
      // A pipe that another program made non-blocking is full: give its reader a moment.
      if (!hasCode(cause, 'EAGAIN')) throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2)
    }
  }
}

/** Whether something thrown is an error of the system with this code. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code
}
