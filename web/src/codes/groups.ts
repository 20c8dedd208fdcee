/** Six digits as 3 and 3, seven as 3 and 4, eight as 4 and 4, ten as 3, 3 and 4; up to five stay whole. */
export function groupsOf(code: string): string[] {
  if (code.length <= 5) return [code]
  const count = Math.ceil(code.length / 4)
  const size = Math.floor(code.length / count)
  return Array.from({ length: count }, (_, index) =>
    index === count - 1 ? code.slice(index * size) : code.slice(index * size, (index + 1) * size),
  )
}
