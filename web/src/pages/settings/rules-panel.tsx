import { Button, Group, NumberInput, SimpleGrid, Stack, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { readSettings, type Settings, updateSettings } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { LockoutFields } from '../../parts/lockout-fields.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useAct, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Guess limits, sessions, undo, retention, doors. */
export function RulesPanel() {
  const settings = useServer(readSettings)
  return <Faces of={settings}>{(loaded: Settings) => <RulesForm settings={loaded} />}</Faces>
}

function RulesForm({ settings }: { settings: Settings }) {
  const { t } = useWords()
  const act = useAct(updateSettings, [readSettings])
  const { value: rules, changes, set, settle } = useEdits(settings)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: changes })
    if (done === null) return
    settle()
    notifications.show({ message: t('settings.saved') })
  }
  return (
    <form onSubmit={(event) => void save(event)}>
      <Surface title={t('rules.lockout')} lead={t('rules.lockoutLead')}>
        <LockoutFields value={rules.lockout} onChange={(lockout) => set({ lockout })} />
      </Surface>
      <Surface title={t('rules.sessions')}>
        <TimeFields rules={rules} set={set} />
      </Surface>
      <Surface title={t('rules.doors')} lead={t('rules.doorsLead')}>
        <Stack gap="sm">
          {(['tinyMfa', 'ungleichotp', 'totpshare', 'gate'] as const).map((door) => (
            <Switch
              key={door}
              label={t(`rules.door.${door}`)}
              checked={rules.doors[door]}
              onChange={(event) => set({ doors: { ...rules.doors, [door]: event.currentTarget.checked } })}
            />
          ))}
        </Stack>
      </Surface>
      <TroubleNote trouble={act.trouble} />
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={act.isRunning}>
          {t('do.save')}
        </Button>
      </Group>
    </form>
  )
}

function TimeFields({ rules, set }: { rules: Settings; set(part: Partial<Settings>): void }) {
  const { t } = useWords()
  const times = [
    { name: 'sessionIdleMs', label: t('rules.sessionIdle'), unitMs: minuteMs, least: 1 },
    { name: 'sessionAbsoluteMs', label: t('rules.sessionAbsolute'), unitMs: hourMs, least: 1 },
    { name: 'undoMs', label: t('rules.undo'), unitMs: dayMs, least: 0 },
  ] as const
  return (
    <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
      {times.map(({ name, label, unitMs, least }) => (
        <NumberInput
          key={name}
          label={label}
          required
          withAsterisk={false}
          min={least}
          value={rules[name] / unitMs}
          onChange={(count) => typeof count === 'number' && set({ [name]: Math.round(count * unitMs) })}
        />
      ))}
      <NumberInput
        label={t('rules.retention')}
        description={t('rules.retentionHint')}
        min={1}
        allowDecimal={false}
        value={rules.auditRetentionDays ?? ''}
        onChange={(days) => set({ auditRetentionDays: typeof days === 'number' ? days : null })}
      />
    </SimpleGrid>
  )
}
