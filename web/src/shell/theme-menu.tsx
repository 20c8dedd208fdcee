import { ActionIcon, Group, Menu, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'
import { useWords } from '../words/words.tsx'

const schemes = [
  { scheme: 'auto', icon: IconDeviceDesktop, text: 'theme.auto' },
  { scheme: 'light', icon: IconSun, text: 'theme.light' },
  { scheme: 'dark', icon: IconMoon, text: 'theme.dark' },
] as const

/** Light, dark, or as the device wants it. */
export function ThemeMenu() {
  const { t } = useWords()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Current = schemes.find(({ scheme }) => scheme === colorScheme)?.icon ?? IconSun
  return (
    <Menu position="top-end">
      <Menu.Target>
        <ActionIcon aria-label={t('nav.theme')}>
          <Current size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map(({ scheme, icon: Icon, text }) => (
          <Menu.RadioItem
            key={scheme}
            value={scheme}
            checked={scheme === colorScheme}
            closeMenuOnClick
            onChange={() => setColorScheme(scheme)}
          >
            <Group gap="xs" wrap="nowrap">
              <Icon size={16} aria-hidden />
              {t(text)}
            </Group>
          </Menu.RadioItem>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
