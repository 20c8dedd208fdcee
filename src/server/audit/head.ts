import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'

/** The end of a chain: where the next link is tied. */
export interface Head {
  readonly chain: string
  readonly sequence: number
  /** Hash of the last link in hexadecimal. */
  readonly hash: string
  /** Everything up to here was pruned; 0 when nothing was. */
  readonly prunedSequence: number
}

/** A head as it is stored: nobody without the root key can write another one. */
export interface SealedHead extends Head {
  readonly mac: Uint8Array
}

/** The keyed hash that proves a head. */
export function headMac(key: KeyObject, { chain, sequence, hash, prunedSequence }: Head): Uint8Array {
  return createHmac('sha256', key).update(`${chain}\n${sequence}\n${hash}\n${prunedSequence}`).digest()
}

/** Whether a stored head was written by us. */
export function isProven(key: KeyObject, head: SealedHead): boolean {
  const expected = headMac(key, head)
  return expected.length === head.mac.length && timingSafeEqual(expected, head.mac)
}

/**
 * Nothing is tied to a head that somebody altered (law 4).
 *
 * @throws {@link Failure} `audit_head_forged`
 */
export function refuseForgedHead(key: KeyObject, head: SealedHead): void {
  if (!isProven(key, head)) throw new Failure('audit_head_forged', { detail: { chain: head.chain } })
}
