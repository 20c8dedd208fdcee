import { homedir, userInfo } from 'node:os'
import { Failure } from '../errors/failure.ts'

/** Who runs this command, as the system calls them; by number where it has no name for them, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

/**
 * The folder of whoever runs this command.
 *
 * @throws {@link Failure} `home_unknown` where neither `HOME` nor the system's list of users tells it
 */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { HOME: home } = env
  if (home !== undefined && home !== '') return home
  try {
    return homedir()
  } catch (cause) {
    throw new Failure('home_unknown', { cause })
  }
}
