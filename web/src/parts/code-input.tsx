import { TextInput, type TextInputProps } from '@mantine/core'

interface CodeInputProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  readonly value: string
  onChange(code: string): void
}

/** Where a code is typed or pasted; blanks may stand in it. */
export function CodeInput({ value, onChange, ...rest }: CodeInputProps) {
  return (
    <TextInput
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={64}
      spellCheck={false}
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', letterSpacing: '0.08em' } }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...rest}
    />
  )
}
