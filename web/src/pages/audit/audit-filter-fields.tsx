import { Select, SimpleGrid, TextInput } from '@mantine/core'
import { useWords } from '../../words/words.tsx'
import type { AuditFilter } from './audit-filter.ts'

const outcomes = ['accepted', 'done', 'refused', 'denied'] as const

interface AuditFilterFieldsProps {
  readonly value: AuditFilter
  onChange(value: AuditFilter): void
}

/** Fields for who, what, on what, how it ended, and when. */
export function AuditFilterFields({ value, onChange }: AuditFilterFieldsProps) {
  const { t } = useWords()
  const set = (part: Partial<AuditFilter>) => onChange({ ...value, ...part })
  const texts = [
    { name: 'actor', label: t('audit.actor') },
    { name: 'action', label: t('audit.action') },
    { name: 'object', label: t('audit.object') },
  ] as const
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="sm" mb="lg">
      {texts.map(({ name, label }) => (
        <TextInput
          key={name}
          label={label}
          {...(name === 'action' ? { title: t('audit.actionHint') } : {})}
          {...(name === 'actor' ? { 'data-filter': '' } : {})}
          value={value[name]}
          onChange={(event) => set({ [name]: event.currentTarget.value })}
        />
      ))}
      <Select
        label={t('audit.outcome')}
        placeholder={t('audit.anyOutcome')}
        clearable
        data={outcomes.map((outcome) => ({ value: outcome, label: t(`outcome.${outcome}`) }))}
        value={value.outcome === '' ? null : value.outcome}
        onChange={(outcome) => set({ outcome: outcome ?? '' })}
      />
      <TextInput
        type="date"
        label={t('audit.from')}
        value={value.fromDay}
        onChange={(event) => set({ fromDay: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('audit.to')}
        value={value.toDay}
        onChange={(event) => set({ toDay: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
