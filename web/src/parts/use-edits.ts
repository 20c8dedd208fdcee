import { useState } from 'react'

/** A form over something that others may change while it is open. */
interface Edits<Fields> {
  /** What the form shows: what is stored, and over it what was typed here. */
  readonly value: Fields
  /** What differs from what is stored, to be sent: the other fields are somebody else's to change. */
  readonly changes: Partial<Fields>
  set(part: Partial<Fields>): void
  /** Lets go of what was typed, once it is stored. */
  settle(): void
}

/** Edits of `stored`: untouched fields follow it, touched ones stay as they were typed. */
export function useEdits<Fields extends object>(stored: Fields): Edits<Fields> {
  const [typed, setTyped] = useState<Partial<Fields>>({})
  const value = { ...stored, ...typed }
  return {
    value,
    changes: changedIn(stored, value),
    set: (part) => setTyped((before) => ({ ...before, ...part })),
    settle: () => setTyped({}),
  }
}

/** The fields that are not what they were before. */
export function changedIn<Fields extends object>(before: Fields, after: Fields): Partial<Fields> {
  const was = new Map(Object.entries(before))
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(was.get(name))),
  ) as Partial<Fields>
}
