import {
  QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { Answer, Endpoint } from '../contract.ts'
import { type Ask, call } from './call.ts'
import { type Trouble, troubleOf } from './trouble.ts'

const retryMs = 4000

/** Metadata only: codes, secrets and tokens never enter this cache (T50). */
export const queryClient = new QueryClient({
  defaultOptions: {
    // The browser's own idea of being offline is often wrong: each request is tried, and says itself that it failed.
    queries: {
      networkMode: 'always',
      refetchOnReconnect: true,
      retry: false,
      staleTime: 10_000,
      refetchInterval: intervalOf(() => null),
    },
    // A mutation may answer what is shown once; nothing of it is kept.
    mutations: { gcTime: 0, retry: false, networkMode: 'always' },
  },
})

/** When to ask again after trouble that passes: a server that is away, or too busy to answer; null for any other. */
function retryAfterMs(error: unknown): number | null {
  if (error === null) return null
  const trouble = troubleOf(error)
  if (trouble.kind === 'offline') return retryMs
  return trouble.kind === 'busy' ? Math.max(retryMs, trouble.retryAfterMs ?? 0) : null
}

/**
 * When a query is asked again by itself.
 *
 * @param refreshMs - milliseconds until what was loaded may have changed; null while only the visitor changes it
 */
function intervalOf<T>(refreshMs: (data: T) => number | null) {
  return ({ state }: { readonly state: { readonly data: T | undefined; readonly error: Error | null } }) => {
    return retryAfterMs(state.error) ?? (state.data === undefined ? null : refreshMs(state.data)) ?? false
  }
}

/** What a page waits for. */
export type Pending<T> = UseQueryResult<T>

/** As much of {@link Pending} as the faces of a page look at. */
export interface Loading<T> {
  readonly data: T | undefined
  readonly error: Error | null
  refetch(): Promise<unknown>
}

interface LoadOptions {
  readonly enabled?: boolean
}

/** For what changes while the page is open. */
interface Moving<T> {
  /** Milliseconds until it is asked for again; null while nothing is under way. */
  refreshMs?(data: T): number | null
}

/** Loads what an endpoint answers and keeps it fresh. */
export function useServer<E extends Endpoint>(
  endpoint: E,
  ask?: Ask<E>,
  { refreshMs = () => null, ...options }: LoadOptions & Moving<Answer<E>> = {},
): Pending<Answer<E>> {
  return useQuery<Answer<E>>({
    queryKey: [endpoint.name, ask],
    queryFn: ({ signal }) => call(endpoint, ask, { signal }),
    refetchInterval: intervalOf(refreshMs),
    ...options,
  })
}

type ItemOf<E extends Endpoint> = Answer<E> extends { items: (infer Item)[] } ? Item : never

/** Loads every page of a list: people filter what they see, so they need all of it. */
export function useEverything<E extends Endpoint>(
  endpoint: E,
  ask?: Ask<E>,
  options: LoadOptions = {},
): Pending<ItemOf<E>[]> {
  return useQuery<ItemOf<E>[]>({
    queryKey: [endpoint.name, ask, 'everything'],
    queryFn: ({ signal }) => loadEverything(endpoint, ask, signal),
    ...options,
  })
}

async function loadEverything<E extends Endpoint>(endpoint: E, ask: Ask<E> | undefined, signal: AbortSignal) {
  const all: ItemOf<E>[] = []
  let cursor: string | undefined
  do {
    const page = await loadPage<ItemOf<E>>(endpoint, ask ?? {}, cursor, signal)
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return all
}

async function loadPage<Item>(
  endpoint: Endpoint,
  ask: object,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<Page<Item>> {
  const asked = 'query' in ask && typeof ask.query === 'object' ? ask.query : {}
  const query = { limit: 500, ...asked, ...(cursor === undefined ? {} : { cursor }) }
  const page: unknown = await call(endpoint, { ...ask, query }, { signal })
  return page as Page<Item>
}

interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor?: string
}

/** A list loaded page by page, for what may be endless. */
export interface PagedList<Item> {
  /** All pages so far, as one list. */
  readonly list: Loading<Item[]>
  readonly hasMore: boolean
  readonly isLoadingMore: boolean
  more(): void
}

/** Loads the first page of a list, and further ones when asked. */
export function usePages<E extends Endpoint>(
  endpoint: E,
  ask: Ask<E>,
  { refreshMs = () => null }: Moving<ItemOf<E>[]> = {},
): PagedList<ItemOf<E>> {
  const query = useInfiniteQuery({
    queryKey: [endpoint.name, ask, 'pages'],
    queryFn: ({ pageParam, signal }) => loadPage<ItemOf<E>>(endpoint, ask, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: intervalOf((data: { readonly pages: readonly Page<ItemOf<E>>[] }) =>
      refreshMs(data.pages.flatMap(({ items }) => items)),
    ),
  })
  return {
    list: { ...query, data: query.data?.pages.flatMap(({ items }) => items) },
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
  }
}

/** What a finished change answered. */
export interface Done<E extends Endpoint> {
  readonly answer: Answer<E>
}

/** A change the visitor asks for. */
export interface Act<E extends Endpoint> {
  /** Resolves to null after trouble, which then stands in `trouble`. */
  run(ask?: Ask<E>): Promise<Done<E> | null>
  readonly isRunning: boolean
  readonly trouble: Trouble | null
  /** Forgets the trouble, for example when the form changes. */
  reset(): void
}

/** Does a change and refreshes the lists it touches. */
export function useAct<E extends Endpoint>(endpoint: E, touches: readonly Endpoint[] = []): Act<E> {
  const client = useQueryClient()
  const mutation = useMutation({
    mutationFn: async (ask: Ask<E> | undefined) => ({ answer: await call(endpoint, ask) }),
    onSuccess: async () => {
      await Promise.all(touches.map((touched) => client.invalidateQueries({ queryKey: [touched.name] })))
    },
  })
  const running = useRef(false)
  const { error } = mutation
  const trouble = useMemo(() => (error === null ? null : troubleOf(error)), [error])
  return {
    async run(ask) {
      // A second press while the first is on its way would do the thing twice.
      if (running.current) return null
      running.current = true
      try {
        return await mutation.mutateAsync(ask)
      } catch {
        return null
      } finally {
        running.current = false
      }
    },
    isRunning: mutation.isPending,
    trouble,
    reset: mutation.reset,
  }
}
