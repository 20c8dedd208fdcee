import type { KeyboardEvent } from 'react'

/**
 * Puts the focus on a row's code button, or on its name where its codes are not for this person, and presses it where
 * asked to; false when there is no such row.
 */
export function focusRow(index: number, press = false): boolean {
  const row = document.querySelector<HTMLElement>(`[data-row="${index}"]`)
  if (row === null) return false
  row.focus({ preventScroll: true })
  row.closest('li')?.scrollIntoView({ block: 'nearest' })
  if (press) row.click()
  return true
}

/** Arrow keys move from row to row; above the first one is the filter. */
export function moveFocus(index: number, event: KeyboardEvent): void {
  const isUp = event.key === 'ArrowUp'
  if (!isUp && event.key !== 'ArrowDown') return
  event.preventDefault()
  if (isUp && index === 0) document.querySelector<HTMLElement>('[data-filter]')?.focus()
  else focusRow(isUp ? index - 1 : index + 1)
}
