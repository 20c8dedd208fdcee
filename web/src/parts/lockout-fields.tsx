import { NumberInput, SimpleGrid } from '@mantine/core'
import type { LockoutRule } from '../contract.ts'
import { useWords } from '../words/words.tsx'

const minuteMs = 60_000

interface LockoutFieldsProps {
  readonly value: LockoutRule
  onChange(value: LockoutRule): void
}

/** How many wrong codes a subject survives. */
export function LockoutFields({ value, onChange }: LockoutFieldsProps) {
  const { t } = useWords()
  const numbers = [
    { name: 'unknownPerStep', max: 255 },
    { name: 'unknownBeforeWaits', max: 100 },
    { name: 'cap', max: 100 },
    { name: 'knownPerWindow', max: 100 },
  ] as const
  return (
    <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
      {numbers.map(({ name, max }) => (
        <NumberInput
          key={name}
          label={t(`lockout.${name}`)}
          required
          withAsterisk={false}
          allowDecimal={false}
          min={1}
          max={max}
          value={value[name]}
          onChange={(count) => typeof count === 'number' && onChange({ ...value, [name]: count })}
        />
      ))}
      <NumberInput
        label={t('lockout.knownWindow')}
        required
        withAsterisk={false}
        min={1}
        max={1440}
        value={value.knownWindowMs / minuteMs}
        onChange={(minutes) => typeof minutes === 'number' && onChange({ ...value, knownWindowMs: minutes * minuteMs })}
      />
    </SimpleGrid>
  )
}
