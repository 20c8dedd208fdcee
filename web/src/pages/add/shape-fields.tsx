import { NumberInput, Select, SimpleGrid } from '@mantine/core'
import { useWords } from '../../words/words.tsx'
import type { CodeShape } from './read-secret.ts'

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const
const types = ['totp', 'hotp', 'steam'] as const

interface ShapeFieldsProps {
  readonly value: CodeShape
  onChange(value: CodeShape): void
}

/** How codes come out of a bare secret; nearly every service uses what stands there. */
export function ShapeFields({ value, onChange }: ShapeFieldsProps) {
  const { t } = useWords()
  const set = (part: Partial<CodeShape>) => onChange({ ...value, ...part })
  const isNumber = (given: string | number): given is number => typeof given === 'number'
  return (
    <SimpleGrid className="ww-fields" cols={{ base: 1, xs: 2 }}>
      <Select
        label={t('add.type')}
        data={types.map((type) => ({ value: type, label: t(`add.type.${type}`) }))}
        allowDeselect={false}
        value={value.type}
        onChange={(type) => type !== null && set({ type })}
      />
      {value.type !== 'steam' && (
        <>
          <NumberInput
            label={t('add.digits')}
            required
            withAsterisk={false}
            allowDecimal={false}
            min={4}
            max={10}
            value={value.digits}
            onChange={(digits) => isNumber(digits) && set({ digits })}
          />
          <Select
            label={t('add.algorithm')}
            data={algorithms}
            allowDeselect={false}
            value={value.algorithm}
            onChange={(algorithm) => algorithm !== null && set({ algorithm })}
          />
        </>
      )}
      {value.type === 'totp' && (
        <NumberInput
          label={t('add.period')}
          required
          withAsterisk={false}
          allowDecimal={false}
          min={1}
          max={86_400}
          value={value.periodSeconds}
          onChange={(periodSeconds) => isNumber(periodSeconds) && periodSeconds > 0 && set({ periodSeconds })}
        />
      )}
      {value.type === 'hotp' && (
        <NumberInput
          label={t('add.counter')}
          required
          withAsterisk={false}
          allowDecimal={false}
          allowNegative={false}
          min={0}
          value={value.counter}
          onChange={(counter) => isNumber(counter) && set({ counter })}
        />
      )}
    </SimpleGrid>
  )
}
