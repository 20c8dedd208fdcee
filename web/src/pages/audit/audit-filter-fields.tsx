import { Select, SimpleGrid, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { useWords } from '../../words/words.tsx'
import type { AuditFilter } from './audit-filter.ts'

const settleMs = 250
const outcomes = ['accepted', 'done', 'refused', 'denied'] as const

interface AuditFilterFieldsProps {
  readonly value: AuditFilter
  onChange(value: AuditFilter): void
}

/** Fields for who, what, on what, how it ended, and when. */
export function AuditFilterFields({ value, onChange }: AuditFilterFieldsProps) {
  const { t } = useWords()
  const [typed, setTyped] = useState(value)
  const settle = useDebouncedCallback(onChange, settleMs)
  const set = (part: Partial<AuditFilter>) => {
    const next = { ...typed, ...part }
    setTyped(next)
    settle(next)
  }
  const texts = [
    { name: 'actor', label: t('audit.actor') },
    { name: 'action', label: t('audit.action') },
    { name: 'object', label: t('audit.object') },
  ] as const
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: 6 }} spacing="sm" mb="lg">
      {texts.map(({ name, label }) => (
        <TextInput
          key={name}
          label={label}
          {...(name === 'action' ? { title: t('audit.actionHint') } : {})}
          {...(name === 'actor' ? { 'data-filter': '' } : {})}
          value={typed[name]}
          onChange={(event) => set({ [name]: event.currentTarget.value })}
        />
      ))}
      <Select
        label={t('audit.outcome')}
        placeholder={t('audit.anyOutcome')}
        clearable
        data={outcomes.map((value) => ({ value, label: t(`outcome.${value}`) }))}
        value={typed.outcome === '' ? null : typed.outcome}
        onChange={(outcome) => set({ outcome: outcome ?? '' })}
      />
      <TextInput
        type="date"
        label={t('audit.from')}
        value={typed.fromDay}
        onChange={(event) => set({ fromDay: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t('audit.to')}
        value={typed.toDay}
        onChange={(event) => set({ toDay: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
