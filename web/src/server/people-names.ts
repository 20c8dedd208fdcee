import { listPeople } from '../contract.ts'
import { useEverything } from './queries.ts'

/** Names of people by their ids. */
export type Names = ReadonlyMap<string, string>

/** The user names of everybody; empty for whoever may not list people, and until somebody needs them. */
export function usePeopleNames(isNeeded: boolean): Names {
  const people = useEverything(listPeople, undefined, { enabled: isNeeded })
  return new Map(people.data?.map(({ id, username }) => [id, username]))
}
