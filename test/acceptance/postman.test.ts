import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { doorOperations } from '../../src/server/doors.ts'
import { openApi } from '../../src/server/http/openapi.ts'
import { type Documented, type PostmanCollection, postmanCollection } from '../../src/server/http/postman.ts'
import { createStore, initialise, startTestServer, type TestServer, type TestStore } from '../support/server.ts'

const shipped = JSON.parse(
  readFileSync(new URL('../../docs/watchword.postman_collection.json', import.meta.url), 'utf8'),
) as PostmanCollection

let store: TestStore
let server: TestServer
let rootToken: string

beforeAll(async () => {
  store = createStore()
  rootToken = initialise(store).rootToken
  server = await startTestServer(store.variables)
})
afterAll(async () => {
  await server.stop()
  store.remove()
})

describe('the Postman collection', () => {
  it('is the one the documented API makes; npm run postman writes it anew', () => {
    expect(shipped).toEqual(postmanCollection(openApi('', doorOperations) as Documented))
  })

  it('runs: every request is answered, by nothing a fault of ours', async () => {
    const variables = new Map(shipped.variable.map(({ key, value }) => [key, value]))
    variables.set('baseUrl', server.url).set('accessToken', rootToken)
    const fill = (text: string) => text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => variables.get(name) ?? name)
    const requests = shipped.item.flatMap(({ item }) => item)
    expect(requests.length).toBeGreaterThan(120)

    const answered: [string, number][] = []
    for (const { request } of requests) {
      const stop = new AbortController()
      const response = await fetch(fill(request.url), {
        method: request.method,
        redirect: 'manual',
        signal: stop.signal,
        headers: {
          authorization: `Bearer ${rootToken}`,
          ...Object.fromEntries(request.header.map(({ key, value }) => [key, value])),
        },
        ...(request.body === undefined || request.method === 'GET' ? {} : { body: fill(request.body.raw) }),
      })
      answered.push([`${request.method} ${request.url}`, response.status])
      // Some are streams without an end.
      stop.abort()
    }
    expect(answered.filter(([, status]) => status >= 500)).toEqual([])
    expect(answered.filter(([, status]) => status < 300).length).toBeGreaterThan(20)
  })
})
