/** The things in a list that a command answered with `--json`. */
export function itemsOf<T extends object>(printed: string): T[] {
  return (JSON.parse(printed) as { items: T[] }).items
}
