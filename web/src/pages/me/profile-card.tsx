import { Button, Group, Select, SimpleGrid, Stack, TextInput, useMantineColorScheme } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { readMe, updateMe } from '../../contract.ts'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { type Language, languages, useWords } from '../../words/words.tsx'

const schemes = ['auto', 'light', 'dark'] as const

/** My name, my language, my theme. */
export function ProfileCard() {
  const { t, language, setLanguage } = useWords()
  const { person } = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const act = useAct(updateMe, [readMe])
  const said = useFieldTexts(act.trouble, ['displayName'])
  const [displayName, setDisplayName] = useState(person?.displayName ?? '')
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { displayName } })
    if (done !== null) notifications.show({ message: t('settings.saved') })
  }
  const choices = Object.entries(languages).map(([value, label]) => ({ value: value as Language, label }))
  return (
    <Surface title={t('me.profile')}>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <Group align="flex-end">
            <TextInput
              label={t('me.displayName')}
              style={{ flex: 1 }}
              maxLength={255}
              error={said.at.displayName}
              value={displayName}
              onChange={(event) => setDisplayName(event.currentTarget.value)}
            />
            <Button type="submit" variant="default" loading={act.isRunning}>
              {t('do.save')}
            </Button>
          </Group>
          <TroubleNote trouble={act.trouble} isMarked={said.isMarked} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <Select
              label={t('me.language')}
              data={choices}
              allowDeselect={false}
              value={language}
              onChange={(chosen) => chosen !== null && setLanguage(chosen)}
            />
            <Select
              label={t('me.theme')}
              data={schemes.map((value) => ({ value, label: t(`theme.${value}`) }))}
              allowDeselect={false}
              value={colorScheme}
              onChange={(chosen) => chosen !== null && setColorScheme(chosen)}
            />
          </SimpleGrid>
        </Stack>
      </form>
    </Surface>
  )
}
