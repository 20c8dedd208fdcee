interface CodeDigitsProps {
  readonly code: string
  readonly size?: 'small' | 'normal' | 'large'
  readonly isQuiet?: boolean
}

/** A code in groups that the eye can hold. The gaps are space, not blanks: what is copied by hand is the code alone. */
export function CodeDigits({ code, size = 'normal', isQuiet = false }: CodeDigitsProps) {
  return (
    <span className="ww-code" data-size={size} {...(isQuiet ? { 'data-quiet': '' } : {})} data-testid="code">
      {groupsOf(code).map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </span>
  )
}

/** Six digits as 3 and 3, seven as 3 and 4, eight as 4 and 4, ten as 3, 3 and 4; five stay whole. */
export function groupsOf(code: string): string[] {
  if (code.length <= 5) return [code]
  const count = Math.ceil(code.length / 4)
  const size = Math.floor(code.length / count)
  return Array.from({ length: count }, (_, index) =>
    index === count - 1 ? code.slice(index * size) : code.slice(index * size, (index + 1) * size),
  )
}
