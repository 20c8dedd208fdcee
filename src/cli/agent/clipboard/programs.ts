import type { Environment } from '../paths.ts'

/** A command line: the program and its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]]

/** The programs that write, read and empty one kind of clipboard. */
export interface ClipboardPrograms {
  readonly copy: CommandLine
  readonly paste: CommandLine
  readonly clear: CommandLine
}

const wayland: ClipboardPrograms = {
  copy: ['wl-copy', '--type', 'text/plain'],
  paste: ['wl-paste', '--no-newline'],
  clear: ['wl-copy', '--clear'],
}
const xclip: ClipboardPrograms = {
  copy: ['xclip', '-selection', 'clipboard', '-in'],
  paste: ['xclip', '-selection', 'clipboard', '-out'],
  clear: ['xclip', '-selection', 'clipboard', '-in', '/dev/null'],
}
const xsel: ClipboardPrograms = {
  copy: ['xsel', '--clipboard', '--input'],
  paste: ['xsel', '--clipboard', '--output'],
  clear: ['xsel', '--clipboard', '--clear'],
}
const mac: ClipboardPrograms = { copy: ['pbcopy'], paste: ['pbpaste'], clear: ['pbcopy'] }
const windows: ClipboardPrograms = {
  copy: ['clip.exe'],
  paste: ['powershell.exe', '-NoProfile', '-Command', 'Get-Clipboard'],
  clear: ['cmd.exe', '/c', 'echo off | clip'],
}

/** The clipboards this desktop may have, best first; none where there is no desktop. */
export function clipboardsOf(env: Environment, platform: NodeJS.Platform): ClipboardPrograms[] {
  if (platform === 'darwin') return [mac]
  if (platform === 'win32') return [windows]
  return [
    ...(env['WAYLAND_DISPLAY'] ? [wayland] : []),
    ...(env['DISPLAY'] ? [xclip, xsel] : []),
    ...(env['WSL_DISTRO_NAME'] ? [windows] : []),
  ]
}

/** Whether the person sits at another computer, whose clipboard only their terminal reaches. */
export function isRemoteSession(env: Environment): boolean {
  return [env['SSH_CONNECTION'], env['SSH_TTY']].some((value) => value !== undefined && value !== '')
}
