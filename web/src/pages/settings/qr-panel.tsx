import { Button, ColorInput, Group, SimpleGrid, Slider, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { FormEvent } from 'react'
import { readSettings, type Settings, updateSettings } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useAct, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { type Colour, colourOf, contrastOf, hexOf, isInverted, leastContrast } from './colour.ts'
import { QrPreview } from './qr-preview.tsx'

/** How QR codes of enrolments look. */
export function QrPanel() {
  const settings = useServer(readSettings)
  return <Faces of={settings}>{(loaded: Settings) => <QrForm settings={loaded} />}</Faces>
}

function QrForm({ settings }: { settings: Settings }) {
  const { t, number } = useWords()
  const act = useAct(updateSettings, [readSettings])
  const { value, changes, set, settle } = useEdits({
    qrForeground: settings.qrForeground,
    qrBackground: settings.qrBackground,
  })
  const { qrForeground: foreground, qrBackground: background } = value
  const contrast = contrastOf(foreground, background)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: changes })
    if (done === null) return
    settle()
    notifications.show({ message: t('settings.saved') })
  }
  return (
    <Surface title={t('settings.tab.qr')} lead={t('qr.lead')}>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
            <Stack>
              <ColourField
                label={t('qr.foreground')}
                value={foreground}
                onChange={(qrForeground) => set({ qrForeground })}
              />
              <ColourField
                label={t('qr.background')}
                value={background}
                onChange={(qrBackground) => set({ qrBackground })}
              />
            </Stack>
            <div>
              <Text size="sm" fw={500} mb={6}>
                {t('qr.preview')}
              </Text>
              <QrPreview foreground={foreground} background={background} />
            </div>
          </SimpleGrid>
          {contrast < leastContrast && (
            <Note tone="bad" isUrgent>
              {t('qr.unreadable', { ratio: number(contrast, { maximumFractionDigits: 1 }) })}
            </Note>
          )}
          {isInverted(foreground, background) && <Note tone="warn">{t('qr.inverted')}</Note>}
          <TroubleNote trouble={act.trouble} />
          <Group justify="flex-end">
            <Button type="submit" disabled={contrast < leastContrast} loading={act.isRunning}>
              {t('do.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Surface>
  )
}

interface ColourFieldProps {
  readonly label: string
  readonly value: Colour
  onChange(value: Colour): void
}

function ColourField({ label, value, onChange }: ColourFieldProps) {
  const { t } = useWords()
  const change = (hex: string) => {
    const colour = colourOf(hex)
    if (colour !== null) onChange({ ...colour, alpha: value.alpha })
  }
  return (
    <div>
      <ColorInput
        label={label}
        format="hex"
        withEyeDropper={false}
        popoverProps={{ withinPortal: true }}
        value={hexOf(value)}
        onChange={change}
      />
      <Text size="xs" c="dimmed" mt={6}>
        {t('qr.alpha')}
      </Text>
      <Slider
        thumbLabel={`${label}: ${t('qr.alpha')}`}
        min={0}
        max={255}
        label={(alpha) => `${Math.round((alpha / 255) * 100)} %`}
        value={value.alpha}
        onChange={(alpha) => onChange({ ...value, alpha })}
      />
    </div>
  )
}
