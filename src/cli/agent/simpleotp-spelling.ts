const ownFlags = new Set(['--command', '--name', '--options', '--mode'])

/**
 * Whether a command line is written as simpleotp's: it starts with one of its flags instead of a command.
 *
 * Such a line goes to the command `simpleotp`, which answers as that program did.
 */
export function isSimpleotpSpelling([first = '']: readonly string[]): boolean {
  return ownFlags.has(first.split('=', 1)[0] ?? '')
}
