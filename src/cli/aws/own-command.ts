import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** What of a process tells how to start it again. */
export interface Started {
  readonly execPath: string
  readonly argv: readonly string[]
}

/**
 * The words that start `watchword` again, both absolute.
 *
 * The AWS tools are often started from a desktop, whose PATH knows neither our program nor the Node.js it runs on.
 */
export function ownCommand({ execPath, argv }: Started): string[] {
  const script = realpathSync(argv[1] ?? '')
  if (!basename(script).startsWith('okta-aws-cred-helper')) return [execPath, script]
  // The old name's program lies beside ours, built or not.
  const built = join(dirname(script), 'watchword.js')
  return [execPath, existsSync(built) ? built : join(dirname(script), 'main.ts')]
}
