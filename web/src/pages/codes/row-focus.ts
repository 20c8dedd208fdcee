import type { KeyboardEvent } from 'react'

/** Puts the focus on a row's code button, and presses it where asked to. */
export function focusRow(index: number, event: KeyboardEvent, press = false): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${index}"]`)
  if (row === null) return
  event.preventDefault()
  row.focus({ preventScroll: true })
  row.closest('li')?.scrollIntoView({ block: 'nearest' })
  if (press) row.click()
}

/** Arrow keys move from row to row; above the first one is the filter. */
export function moveFocus(index: number, event: KeyboardEvent): void {
  if (event.key === 'ArrowDown') focusRow(index + 1, event)
  else if (event.key === 'ArrowUp' && index > 0) focusRow(index - 1, event)
  else if (event.key === 'ArrowUp') document.querySelector<HTMLElement>('[data-filter]')?.focus()
}
