import { type ReactNode, useRef, useState, useSyncExternalStore } from 'react'

interface VirtualListProps<Item> {
  readonly items: readonly Item[]
  /** Height of a row in rem: rows grow with the size of text the visitor set. */
  readonly rowRem: number
  readonly label: string
  readonly keyOf: (item: Item) => string
  readonly children: (item: Item, index: number) => ReactNode
}

/** Rows beyond the window that are drawn too, so that the arrow keys always have a next row. */
const spare = 8

/** A long list of rows of one height; only those in view exist, so thousands cost no more than a screenful. */
export function VirtualList<Item>({ items, rowRem, label, keyOf, children }: VirtualListProps<Item>) {
  const list = useRef<HTMLUListElement>(null)
  const [remPixels] = useState(readRemPixels)
  const rowHeight = rowRem * remPixels
  const [from, to] = useRowsInView(list, items.length, rowHeight)
  return (
    <ul ref={list} className="ww-list ww-window" aria-label={label} style={{ height: items.length * rowHeight }}>
      {items.slice(from, to).map((item, offset) => (
        <li
          key={keyOf(item)}
          aria-setsize={items.length}
          aria-posinset={from + offset + 1}
          style={{ height: rowHeight, top: (from + offset) * rowHeight }}
        >
          {children(item, from + offset)}
        </li>
      ))}
    </ul>
  )
}

function readRemPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}

function useRowsInView(list: { current: HTMLElement | null }, count: number, rowHeight: number): [number, number] {
  // A text, because two equal texts are the same and no row is drawn anew while the window stays within it.
  const view = useSyncExternalStore(onWindowChange, () => rowsInView(list.current, rowHeight))
  const [from = 0, to = 0] = view.split(' ').map(Number)
  return [Math.min(from, Math.max(0, count - 1)), Math.min(to, count)]
}

function rowsInView(list: HTMLElement | null, rowHeight: number): string {
  const top = list === null ? 0 : -list.getBoundingClientRect().top
  const from = Math.max(0, Math.floor(top / rowHeight) - spare)
  return `${from} ${Math.max(0, Math.ceil((top + innerHeight) / rowHeight) + spare)}`
}

function onWindowChange(notify: () => void): () => void {
  addEventListener('scroll', notify, { passive: true })
  addEventListener('resize', notify)
  return () => {
    removeEventListener('scroll', notify)
    removeEventListener('resize', notify)
  }
}
