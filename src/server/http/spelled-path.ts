const longestCut = 300

/**
 * A path that the router cannot take, spelled so that it can: a part with a broken percent-escape means the letters
 * it is written in, and a part too long for the router is cut and ends in a sign that no name has.
 *
 * The programs whose doors we keep answered such addresses like any other that nobody owns, in their own words.
 *
 * @param url - the target of a request, with its query
 * @param longestPart - characters the router takes between two slashes
 */
export function spelledPath(url: string, longestPart: number): string {
  const [path = '', ...query] = url.split('?')
  const parts = path.split('/').map((part) => spelledPart(part, longestPart))
  return [parts.join('/'), ...query].join('?')
}

function spelledPart(part: string, longestPart: number): string {
  const cut = part.length > longestPart ? `${part.slice(0, longestCut)}~` : part
  return isDecodable(cut) ? cut : cut.replaceAll('%', '%25')
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
