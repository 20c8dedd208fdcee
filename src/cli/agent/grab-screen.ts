import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { Failure } from '../../errors/failure.ts'
import type { Environment } from './paths.ts'

/** Programs that write a picture of the screen to standard output, best first. */
function grabbers(env: Environment): string[][] {
  if (process.platform === 'darwin') return [['screencapture', '-x', '-t', 'png', '/dev/stdout']]
  const wayland = [['grim', '-']]
  const x11 = [['maim'], ['import', '-silent', '-window', 'root', 'png:-'], ['scrot', '-o', '-']]
  return [...(env['WAYLAND_DISPLAY'] ? wayland : []), ...(env['DISPLAY'] ? x11 : [])]
}

/**
 * A picture of the whole screen, kept in memory only.
 *
 * @throws {@link Failure} `agent_screen_unavailable` where no program can take one
 */
export async function grabScreen(env: Environment): Promise<Buffer> {
  for (const [program = '', ...args] of grabbers(env)) {
    const picture = await grab(program, args, env)
    if (picture !== null) return picture
  }
  throw new Failure('agent_screen_unavailable')
}

async function grab(program: string, args: string[], env: Environment): Promise<Buffer | null> {
  const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
  const picture = await buffer(child.stdout).catch(() => Buffer.alloc(0))
  return (await ended) && picture.length > 0 ? picture : null
}
