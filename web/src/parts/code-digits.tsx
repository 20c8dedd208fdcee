import { groupsOf } from '../codes/groups.ts'

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
