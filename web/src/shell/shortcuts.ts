import { useLocalStorage } from '@mantine/hooks'
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'

const places: Readonly<Record<string, string>> = {
  c: '/',
  r: '/realms',
  p: '/people',
  a: '/audit',
  s: '/settings',
  m: '/me',
}
const chordMs = 1200

/** Whether single keys act on every page; kept by this browser, for they get in the way of whoever speaks to it (WCAG 2.1.4). */
export function useShortcutChoice() {
  return useLocalStorage({ key: 'watchword.shortcuts', defaultValue: true, getInitialValueInEffect: false })
}

/** Keys that work on every page, never while somebody types or a dialog is open. */
export function useShortcuts(areOn: boolean, onHelp: () => void): void {
  const [, navigate] = useLocation()
  const wentAtMs = useRef(-chordMs)
  useEffect(() => {
    if (!areOn) return undefined
    const onKey = (event: KeyboardEvent) => {
      if (!isFree(event)) return
      const place = places[event.key]
      if (event.timeStamp - wentAtMs.current < chordMs && place !== undefined) return navigate(place)
      wentAtMs.current = event.key === 'g' ? event.timeStamp : -chordMs
      if (event.key === '?') onHelp()
      if (event.key === 'n') navigate('/accounts/new')
      if (event.key === '/') focusFilter(event, navigate)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [areOn, navigate, onHelp])
}

/** Whether a key press is meant for the page and not for a field or a dialog. */
export function isFree(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false
  const target = event.target instanceof HTMLElement ? event.target : document.body
  if (target.isContentEditable || target.closest('input, textarea, select, [role="menu"]') !== null) return false
  return document.querySelector('[role="dialog"]') === null
}

function focusFilter(event: KeyboardEvent, navigate: (to: string) => void): void {
  const filter = document.querySelector<HTMLInputElement>('[data-filter]')
  event.preventDefault()
  if (filter === null) navigate('/')
  else filter.focus()
}
