import type { CliContext } from '../../context.ts'
import { chosenSession } from '../chosen-session.ts'
import { exportLines, processJson, staticSection } from '../credential-output.ts'
import type { CredentialFormat, SessionFlags } from '../flags.ts'
import { openHelper } from '../helper.ts'

/** `watchword aws credential-process`: what the AWS tools start. It never asks and prints one line. */
export async function credentialProcess(this: CliContext, flags: SessionFlags): Promise<void> {
  const helper = await openHelper(this, flags, false)
  this.print(processJson((await chosenSession(helper, flags)).credentials))
}

/** `watchword aws get-cred`: the same in three spellings; old profiles call it. */
export async function getCred(
  this: CliContext,
  flags: SessionFlags & { readonly format: CredentialFormat },
): Promise<void> {
  const helper = await openHelper(this, flags, false)
  const { credentials } = await chosenSession(helper, flags)
  for (const line of formatted(credentials, flags.format)) this.print(line)
}

/** `watchword aws export-cred`: the spelling for a shell's `eval`. */
export function exportCred(this: CliContext, flags: SessionFlags): Promise<void> {
  return getCred.call(this, { ...flags, format: 'eval' })
}

/** Credentials in one of the old program's three spellings, as lines. */
export function formatted(credentials: Parameters<typeof processJson>[0], format: CredentialFormat): string[] {
  if (format === 'json') return [processJson(credentials)]
  return format === 'eval' ? exportLines(credentials, 'sh') : staticSection(credentials, 'default')
}
