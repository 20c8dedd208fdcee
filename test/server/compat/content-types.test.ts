import { expect, it } from 'vitest'
import { engines } from '../../support/engines.ts'
import { openTinyMfa } from './tiny-mfa-house.ts'
import { openAllDoors } from './all-doors.ts'
import { send } from './doors.ts'
import { wrongCredentials } from './ungleichotp-house.ts'

const [sqlite] = engines
const noTypes = ['json', '', ' ', 'application /json', 'application/json, text/plain', ';;;', '/', 'ä', 'a/b/c']

function engine() {
  if (sqlite === undefined) throw new Error('there is no engine')
  return sqlite
}

it.each([...noTypes, 'application/xml', 'multipart/form-data', 'text/plain; charset=nonsense'])(
  "go-tiny-mfa's door does not look at the Content-Type %j",
  async (type) => {
    const door = await openTinyMfa(engine())
    const headers = { 'tiny-mfa-access-token': door.root, 'content-type': type }
    const changed = await send(door.app, 'POST', '/api/v1/system/configuration', { body: '{"deny_limit":7}', headers })
    expect([changed.status, changed.body]).toMatchObject([200, { deny_limit: 7 }])
    const empty = await send(door.app, 'POST', '/api/v1/system/configuration', { headers })
    expect([empty.status, empty.body]).toMatchObject([400, { success: false }])
  },
)

it("go-tiny-mfa's door reads a body of any type in pieces", async () => {
  const { exchange, tiny } = await openAllDoors(engine())
  const headers = { ...tiny, 'content-type': ';;;', 'transfer-encoding': 'chunked' }
  const body = '10\r\n{"deny_limit":7}\r\n0\r\n\r\n'
  const path = '/api/v1/system/configuration'
  expect((await exchange({ method: 'POST', path, headers, body, hasLength: false })).status).toBe(200)
})

it("ungleichotp's door answers 415 to what is no media type, in Django's words", async () => {
  const { exchange, triple } = await openAllDoors(engine())
  const body = JSON.stringify(triple())
  for (const method of ['POST', 'GET', 'DELETE']) {
    for (const type of noTypes) {
      const headers = { 'content-type': type }
      const reply = await exchange({ method, path: '/ungleichotp/', headers, body })
      expect([method, type, reply.status, reply.headers['content-type']]).toEqual([
        method,
        type,
        415,
        'application/json',
      ])
      const detail = `Unsupported media type "${Buffer.from(type.trim()).toString('latin1')}" in request.`
      expect(JSON.parse(reply.body)).toEqual({ detail })
      const empty = await exchange({ method, path: '/ungleichotp/', headers })
      expect([method, type, empty.status, JSON.parse(empty.body)]).toEqual([method, type, 403, wrongCredentials])
    }
  }
})
