/** What a sealed file holds; a file of one purpose does not open as the other. */
export type Purpose = 'accounts' | 'values'

/** A way to seal whole files: to GPG keys, or under a passphrase. */
export interface Envelope {
  readonly kind: 'gpg' | 'passphrase'
  /** @throws Failure when the file does not open; it never answers with a part of it */
  open(sealed: Buffer, path: string, purpose: Purpose): Promise<Buffer>
  /** @param previous - the file that is replaced, if there is one, or another one that the same people open */
  seal(plaintext: Buffer, purpose: Purpose, previous?: Buffer): Promise<Buffer>
}

/** Where passphrases come from. */
export interface PassphraseSource {
  /** A passphrase given beforehand: a file, the keyring, the web page. Null when there is none. */
  given(): Promise<string | null>
  /** Asks for the passphrase of an existing store on the terminal; null when nobody can be asked. */
  ask(): Promise<string | null>
  /** Asks for a new passphrase, twice; null when nobody can be asked. */
  askNew(): Promise<string | null>
}

/** Whether bytes look like a file sealed under a passphrase; anything else is left to gpg to judge. */
export function isPassphraseSealed(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64)).toString('latin1').includes('"watchword-store"')
}
