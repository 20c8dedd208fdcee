import { AppShell, Burger, Group } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { type ReactNode, useEffect } from 'react'
import { Link, useLocation } from 'wouter'
import { Wordmark } from '../look/mark.tsx'
import { useWords } from '../words/words.tsx'
import { ClockBanner } from './clock-banner.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { useKeptFocus } from './kept-focus.ts'
import { useLeftNotice } from './left-notice.ts'
import { Navigation } from './navigation.tsx'
import { useShortcutChoice, useShortcuts } from './shortcuts.ts'

/** The frame around every page of the console. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const [path] = useLocation()
  const [isMenuOpen, menu] = useDisclosure(false)
  const [isHelpOpen, help] = useDisclosure(false)
  const [hasShortcuts, chooseShortcuts] = useShortcutChoice()
  useShortcuts(hasShortcuts, help.open)
  useLeftNotice()
  useKeptFocus()
  const closeMenu = menu.close
  useEffect(() => closeMenu(), [path, closeMenu])
  useHotkeys([['Escape', closeMenu, { preventDefault: false }]], [])
  return (
    <AppShell
      header={{ height: { base: 58, sm: 0 } }}
      navbar={{ width: 248, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding={0}
      transitionDuration={0}
    >
      <a className="ww-skip" href="#page">
        {t('app.skip')}
      </a>
      <AppShell.Header hiddenFrom="sm" px="md" style={{ background: 'var(--mantine-color-body)' }}>
        <Group h="100%" justify="space-between">
          <Link href="/" className="ww-plain-link" aria-label={t('app.name')}>
            <Wordmark size={28} />
          </Link>
          <Burger
            opened={isMenuOpen}
            onClick={menu.toggle}
            size="sm"
            aria-label={t('app.menu')}
            aria-expanded={isMenuOpen}
          />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="md"
        className="ww-navbar"
        style={{ background: 'var(--mantine-color-body)' }}
        aria-label={t('app.nav')}
        {...(isMenuOpen ? {} : { 'data-closed': '' })}
      >
        <Navigation onHelp={help.open} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1} style={{ outline: 'none' }}>
        <ClockBanner />
        {children}
      </AppShell.Main>
      <HelpDialog isOpen={isHelpOpen} onClose={help.close} hasShortcuts={hasShortcuts} onShortcuts={chooseShortcuts} />
    </AppShell>
  )
}
