import type { Page } from 'playwright-core'

/**
 * Everything a page of this origin keeps in its browser, as one text: both storages, cookies that scripts see and
 * those they do not, IndexedDB, the caches and what the service workers are.
 */
export async function browserStores(page: Page): Promise<string> {
  const kept = await page.evaluate(async () => {
    const databases = await Promise.all(
      (await indexedDB.databases()).map(async ({ name = '' }) => [name, await rowsOf(name)] as const),
    )
    const cached: [string, string, string][] = []
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        cached.push([name, request.url, (await (await cache.match(request))?.text()) ?? ''])
      }
    }
    const workers = (await navigator.serviceWorker.getRegistrations()).map(({ active }) => active?.scriptURL)
    return JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage }, databases, cached, workers })

    function rowsOf(name: string): Promise<unknown[]> {
      return new Promise((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onerror = () => reject(new Error(`the database ${name} cannot be opened`))
        opening.onsuccess = () => {
          const { result } = opening
          const stores = [...result.objectStoreNames]
          if (stores.length === 0) return resolve([])
          const reading = result.transaction(stores, 'readonly')
          const requests = stores.map((store) => reading.objectStore(store).getAll())
          reading.oncomplete = () => resolve(requests.map(({ result: rows }): unknown => rows))
        }
      })
    }
  })
  return [kept, JSON.stringify(await page.context().cookies())].join('\n')
}
