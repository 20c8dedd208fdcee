import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'

interface VirtualListProps<Item> {
  readonly items: readonly Item[]
  readonly rowHeight: number
  readonly label: string
  readonly keyOf: (item: Item) => string
  readonly children: (item: Item, index: number) => ReactNode
}

/** Rows beyond the window that are drawn too, so that the arrow keys always have a next row. */
const spare = 8

/** A long list of rows of one height; only those in view exist, so thousands cost no more than a screenful. */
export function VirtualList<Item>({ items, rowHeight, label, keyOf, children }: VirtualListProps<Item>) {
  const list = useRef<HTMLUListElement>(null)
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

function useRowsInView(list: { current: HTMLElement | null }, count: number, rowHeight: number): [number, number] {
  const [view, setView] = useState({ from: 0, to: 40 })
  const measure = () => {
    if (list.current === null) return
    const top = -list.current.getBoundingClientRect().top
    const from = Math.max(0, Math.floor(top / rowHeight) - spare)
    const to = Math.ceil((top + window.innerHeight) / rowHeight) + spare
    setView((before) => (before.from === from && before.to === to ? before : { from, to }))
  }
  useLayoutEffect(measure, [count])
  useEffect(() => {
    addEventListener('scroll', measure, { passive: true })
    addEventListener('resize', measure)
    return () => {
      removeEventListener('scroll', measure)
      removeEventListener('resize', measure)
    }
  }, [])
  return [Math.min(view.from, Math.max(0, count - 1)), Math.min(Math.max(view.to, 0), count)]
}
