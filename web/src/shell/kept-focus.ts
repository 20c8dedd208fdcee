import { useEffect } from 'react'

/** What had the focus on the page, and everything around it, innermost first. */
type Place = readonly Element[]

const dialogs = '[role=dialog]'

/**
 * Gives the focus a place when what had it goes away: a row that was deleted, a button that is disabled while it
 * works. Left on the body, the keyboard would begin again at the top and a screen reader would say nothing.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let onPage: Place = []
    let inDialog: Place = []
    const remember = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return
      inDialog = target.closest(dialogs) === null ? [] : [target]
      if (inDialog.length === 0) onPage = target.closest('#page') === null ? [] : withParents(target)
    }
    // Who clicks beside everything takes the focus away on purpose.
    const forget = () => {
      onPage = []
      inDialog = []
    }
    const keep = () => {
      if (document.activeElement !== document.body) return
      const dialog = [...document.querySelectorAll<HTMLElement>(dialogs)].at(-1)
      const place = dialog === undefined ? placeFor(onPage, headingNear) : placeFor(inDialog, () => dialog)
      place?.focus({ preventScroll: true })
    }
    const observer = new MutationObserver(keep)
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] })
    addEventListener('focusin', remember)
    addEventListener('pointerdown', forget)
    return () => {
      observer.disconnect()
      removeEventListener('focusin', remember)
      removeEventListener('pointerdown', forget)
    }
  }, [])
}

function withParents(element: Element): Place {
  const parents: Element[] = []
  for (let next: Element | null = element; next !== null; next = next.parentElement) parents.push(next)
  return parents
}

/** The thing itself while it is there, once it is enabled again; else what `instead` finds. */
function placeFor(place: Place, instead: (place: Place) => HTMLElement | null): HTMLElement | null {
  const [element] = place
  if (element === undefined) return null
  if (element.isConnected) return element instanceof HTMLElement && !element.matches(':disabled') ? element : null
  const other = instead(place)
  other?.setAttribute('tabindex', '-1')
  return other
}

/** The heading of what a thing stood in, not its neighbour: the next row's button may delete, too. */
function headingNear(place: Place): HTMLElement | null {
  const card = place.find((parent) => parent.isConnected && parent.matches('section'))
  return card?.querySelector<HTMLElement>('h2') ?? document.querySelector<HTMLElement>('#page h1')
}
