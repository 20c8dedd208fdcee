import { ActionIcon, Box, Group, ScrollArea, Tooltip } from '@mantine/core'
import {
  IconDeviceLaptop,
  IconHistory,
  IconKeyboard,
  IconKey,
  IconLogout,
  IconPassword,
  IconRefreshAlert,
  IconSettings,
  IconShieldCheck,
  IconUser,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { Link, useLocation } from 'wouter'
import { logout } from '../contract.ts'
import { Wordmark } from '../look/mark.tsx'
import { useTroubleNotice } from '../parts/trouble-note.tsx'
import { useAct } from '../server/queries.ts'
import { useMe } from '../session/session.tsx'
import { useWords, type WordKey } from '../words/words.tsx'
import { ThemeMenu } from './theme-menu.tsx'

interface Place {
  readonly href: string
  readonly text: WordKey
  readonly icon: ComponentType<{ size?: number; stroke?: number }>
}

const everyones: Place[] = [
  { href: '/', text: 'nav.codes', icon: IconPassword },
  { href: '/tokens', text: 'nav.tokens', icon: IconKey },
  { href: '/me', text: 'nav.me', icon: IconUser },
]
const administrators: Place[] = [
  { href: '/realms', text: 'nav.realms', icon: IconShieldCheck },
  { href: '/people', text: 'nav.people', icon: IconUsers },
  { href: '/groups', text: 'nav.groups', icon: IconUsersGroup },
  { href: '/sessions', text: 'nav.sessions', icon: IconDeviceLaptop },
  { href: '/rotations', text: 'nav.rotations', icon: IconRefreshAlert },
  { href: '/audit', text: 'nav.audit', icon: IconHistory },
  { href: '/settings', text: 'nav.settings', icon: IconSettings },
]
const auditors = new Set(['/realms', '/people', '/groups', '/audit'])

/** Every page this visitor may open. */
export function Navigation({ onHelp }: { onHelp(): void }) {
  const { t } = useWords()
  const me = useMe()
  const more = administrators.filter(({ href }) => me.mayAdminister || (me.mayAudit && auditors.has(href)))
  return (
    <>
      <Box visibleFrom="sm" px="xs" pt="xs" pb="lg">
        <Link href="/" className="ww-plain-link">
          <Wordmark />
        </Link>
      </Box>
      <ScrollArea style={{ flex: 1 }} type="auto">
        <div className="ww-nav">
          {everyones.map((place) => (
            <NavLink key={place.href} {...place} />
          ))}
          {more.length > 0 && <div className="ww-nav-heading">{t('nav.admin')}</div>}
          {more.map((place) => (
            <NavLink key={place.href} {...place} />
          ))}
        </div>
      </ScrollArea>
      <Foot onHelp={onHelp} />
    </>
  )
}

function NavLink({ href, text, icon: Icon }: Place) {
  const { t } = useWords()
  const [path] = useLocation()
  const isHere = href === '/' ? path === '/' || path.startsWith('/accounts') : path.startsWith(href)
  return (
    <Link href={href} className="ww-nav-link" {...(isHere ? { 'aria-current': 'page' } : {})}>
      <Icon size={19} stroke={1.7} />
      {t(text)}
    </Link>
  )
}

function Foot({ onHelp }: { onHelp(): void }) {
  const { t } = useWords()
  const me = useMe()
  const act = useAct(logout)
  useTroubleNotice(act.trouble)
  const leave = async () => {
    const done = await act.run()
    // A full load drops everything this page holds in memory.
    if (done !== null) location.assign(done.answer.redirect ?? '/')
  }
  return (
    <Group justify="space-between" wrap="nowrap" pt="sm" style={{ borderTop: '1px solid var(--ww-line)' }}>
      <div style={{ minWidth: 0, paddingLeft: '.75rem' }}>
        <div className="ww-small" style={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}>
          {me.person?.displayName || me.person?.username}
        </div>
      </div>
      <Group gap={2} wrap="nowrap">
        <Tooltip label={t('nav.help')}>
          <ActionIcon onClick={onHelp} aria-label={t('nav.help')} visibleFrom="sm">
            <IconKeyboard size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
        <ThemeMenu />
        <Tooltip label={t('nav.logout')}>
          <ActionIcon onClick={() => void leave()} aria-label={t('nav.logout')} loading={act.isRunning}>
            <IconLogout size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  )
}
