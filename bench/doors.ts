import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeBase32 } from '../src/otp/base32.ts'
import { totp } from '../src/otp/totp.ts'
import { bootstrap } from '../src/server/compat/ungleichotp/bootstrap.ts'
import { doorParts } from '../src/server/door-parts.ts'
import type { NewRealm } from '../src/server/subjects/make-realm.ts'
import { startServerChild } from './child.ts'
import { sendLoad } from './load.ts'
import { atLeastAbsolute, type Measurement, type Row } from './row.ts'
import { seed, type Seeded, withRooms } from './seed.ts'
import { freshStep, usualSubjects, verifyRequests } from './verify.ts'

const connections = 256
const seconds = 4

/** What the programs themselves reach, measured apart on the same two cores. */
const goTinyMfa = { yardstick: 'go-tiny-mfa', yardstickValue: 11 }
const ungleichotp = { yardstick: 'ungleichotp', yardstickValue: 167 }

interface Caller {
  readonly name: string
  readonly realm: string
  readonly token: string
}

type Requests = (seeded: Seeded, steps: readonly number[], caller: Caller) => Uint8Array[]

/** go-tiny-mfa's validation with tokens on, each code once, durable and audited. */
export const tinyMfaMeasurement: Measurement = {
  name: 'tiny-mfa validate',
  measure: () =>
    measureDoor(
      'tiny-mfa validate',
      { name: 'bench', origin: 'tiny-mfa', replay: 'once' },
      goTinyMfa,
      15_000,
      (seeded, steps) =>
        verifyRequests(
          seeded,
          (name) => `/api/v1/issuer/bench/users/${name}/totp`,
          (code) => JSON.stringify({ token: code }),
          { headers: { 'tiny-mfa-access-token': seeded.token }, steps },
        ),
    ),
}

/** ungleichotp's verification: the caller's code and the verified one, judged in one transaction. */
export const ungleichotpMeasurement: Measurement = {
  name: 'ungleichotp verify',
  measure: () => {
    const realm: NewRealm = { name: 'bench', origin: 'ungleichotp', replay: 'once', windowBack: 3, windowForward: 3 }
    return measureDoor('ungleichotp verify', realm, ungleichotp, 10_000, ungleichotpRequests)
  },
}

// The verified name stands in the body, so each subject has a request of its own.
function ungleichotpRequests(seeded: Seeded, steps: readonly number[], caller: Caller): Uint8Array[] {
  return seeded.secrets.flatMap((secret, index) =>
    verifyRequests(
      { token: seeded.token, secrets: [secret] },
      () => '/ungleichotp/verify/',
      (code) => JSON.stringify({ ...caller, verifyname: `s${index}`, verifyrealm: 'bench', verifytoken: code }),
      { headers: {}, steps },
    ),
  )
}

async function measureDoor(
  name: string,
  realm: NewRealm,
  yardstick: { yardstick: string; yardstickValue: number },
  floor: number,
  requestsOf: Requests,
): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
  const variables = { WATCHWORD_DATA_DIR: folder }
  try {
    const seeded = await seed(variables, usualSubjects, realm)
    const { entry } = await withRooms(variables, (rooms) => bootstrap(doorParts(rooms), {}, { name: 'bench' }))
    const server = await startServerChild(variables)
    try {
      await freshStep()
      const token = totp(decodeBase32(entry.seed), Date.now())
      const caller = { name: entry.name, realm: entry.realm, token }
      const load = { port: server.port, connections, seconds, repeat: false }
      await sendLoad({ ...load, requests: requestsOf(seeded, [-1], caller) })
      const ours = await sendLoad({ ...load, requests: requestsOf(seeded, [0, 1], caller) })
      // A figure of refusals would be a figure of something else.
      if ((ours.statuses['200'] ?? 0) < ours.answers * 0.99) {
        throw new Error(`not every code was accepted: ${JSON.stringify(ours.statuses)}`)
      }
      return [atLeastAbsolute(name, { value: ours.perSecond, unit: 'verdicts/s', ...yardstick }, floor)]
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
