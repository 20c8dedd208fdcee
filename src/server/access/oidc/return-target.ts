/**
 * A path of ours to go back to after a login, or `/`: never another origin, however the target is written
 * (`//host`, `/\\host`, a tab inside, an absolute address).
 */
export function returnPath(target: string | undefined, origin: string): string {
  if (target === undefined || !target.startsWith('/')) return '/'
  const url = URL.parse(target, origin)
  return url === null || url.origin !== origin ? '/' : `${url.pathname}${url.search}${url.hash}`
}
