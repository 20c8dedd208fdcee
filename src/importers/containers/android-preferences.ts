import type { XmlElement } from './xml.ts'

/** The texts of an Android preferences file by their names; null when the root is no map. */
export function androidStrings(root: XmlElement | null): ReadonlyMap<string, string> | null {
  if (root?.name !== 'map') return null
  const strings = root.children.filter((child) => child.name === 'string')
  return new Map(strings.map((child) => [child.attributes['name'] ?? '', child.text]))
}
