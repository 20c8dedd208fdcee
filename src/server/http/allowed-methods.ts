import type { FastifyInstance } from 'fastify'

/** Answers which methods the address of a path takes, sorted; none where nothing is at that path. */
export type AllowedAt = (target: string) => readonly string[]

/**
 * Notes which methods the routes to come take, to tell "not that method" from "nothing here".
 *
 * @see RFC 9110 section 15.5.6
 */
export function noteMethods(app: FastifyInstance): AllowedAt {
  const noted = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = noted.get(url) ?? new Set()
    noted.set(url, methods)
    for (const one of [method].flat()) methods.add(one)
  })
  return (target) => {
    const path = target.split('?')[0] ?? ''
    const found = [...noted].filter(([url]) => fits(url.split('/'), path.split('/')))
    return [...new Set(found.flatMap(([, methods]) => [...methods]))].toSorted()
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpenEnded = pattern.at(-1) === '*'
  if (isOpenEnded ? path.length < pattern.length : path.length !== pattern.length) return false
  return pattern.every((part, index) => part === '*' || part === path[index] || (part.startsWith(':') && path[index]))
}
