/**
 * A path of ours to go back to after a login, or `/`: never another origin, however the target is written
 * (`//host`, `/\\host`, a tab inside, an absolute address, dot segments that leave `//host` behind).
 */
export function returnPath(target: string | undefined, origin: string): string {
  if (target === undefined || !target.startsWith('/')) return '/'
  const url = URL.parse(target, origin)
  // `/.//host` is a path of ours, but what is left of it would be read as another host.
  if (url === null || url.origin !== origin || url.pathname.startsWith('//')) return '/'
  return `${url.pathname}${url.search}${url.hash}`
}
