import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { totp } from '../src/otp/totp.ts'
import { type Child, root, startChild, startServerChild } from './child.ts'
import { type LoadResult, request, sendLoad } from './load.ts'
import { atLeast, atLeastAbsolute, type Measurement, type Row, shown } from './row.ts'
import type { NewRealm } from '../src/server/subjects/make-realm.ts'
import { seed, type Seeded } from './seed.ts'

const connections = 256
const seconds = 4
/** As many as the server keeps open in memory: what is measured is a verdict, not the first loading of a subject. */
export const usualSubjects = 16_000

/** Every subject's codes of some steps of the window, each good once. */
export function verifyRequests(
  { token, secrets }: Pick<Seeded, 'token' | 'secrets'>,
  path: (name: string) => string,
  body: (code: string) => string,
  options: { readonly headers?: Readonly<Record<string, string>>; readonly steps?: readonly number[] } = {},
): Uint8Array[] {
  const nowMs = Date.now()
  const { headers = { authorization: `Bearer ${token}` }, steps = [0, 1] } = options
  return steps.flatMap((step) =>
    secrets.map((secret, index) =>
      request('POST', path(`s${index}`), headers, body(totp(secret, nowMs + step * 30_000))),
    ),
  )
}

/** Waits until a step has most of its life before it, so that a run does not cross its edge. */
export async function freshStep(): Promise<void> {
  const intoMs = Date.now() % 30_000
  if (intoMs > 20_000) await new Promise((resolve) => setTimeout(resolve, 30_000 - intoMs + 100))
}

export const verifyPath = (name: string) => `/v1/realms/bench/subjects/${name}/verify`
export const verifyBody = (code: string) => JSON.stringify({ code })

/** Runs work against a seeded server of ours and cleans up. */
export async function withSeededServer<T>(
  subjects: number,
  work: (server: Child, seeded: Seeded) => Promise<T>,
  extra: Readonly<Record<string, string>> = {},
  realm?: NewRealm,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
  const variables = { WATCHWORD_DATA_DIR: folder, ...extra }
  try {
    const seeded = await seed(variables, subjects, realm)
    const server = await startServerChild(variables)
    try {
      return await work(server, seeded)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The yardstick: the same frame answering a constant. */
export async function constantLoad(token: string): Promise<LoadResult> {
  const server = await startChild([join(root, 'bench', 'constant-server.ts'), token])
  try {
    const requests = [request('POST', verifyPath('s1'), { authorization: `Bearer ${token}` }, verifyBody('123456'))]
    await sendLoad({ port: server.port, requests, connections, seconds: 1, repeat: true })
    return await sendLoad({ port: server.port, requests, connections, seconds, repeat: true })
  } finally {
    await server.stop()
  }
}

async function acceptedLoad(server: Child, seeded: Seeded): Promise<LoadResult> {
  await freshStep()
  const requests = verifyRequests(seeded, verifyPath, verifyBody)
  // The step before warms up: secrets are opened, code is compiled.
  const earlier = verifyRequests(seeded, verifyPath, verifyBody, { steps: [-1] })
  await sendLoad({ port: server.port, requests: earlier, connections, seconds, repeat: false })
  const result = await sendLoad({ port: server.port, requests, connections, seconds, repeat: false })
  const accepted = result.bodies['{"accepted":true'] ?? 0
  // A figure of refusals would be a figure of something else.
  if (accepted < result.answers * 0.99)
    throw new Error(`only ${accepted} of ${result.answers} codes were accepted: ${JSON.stringify(result.bodies)}`)
  return result
}

/** Verification over HTTP on one engine, durable, audited, token checked. */
export function verifyMeasurement(
  name: string,
  bar: number,
  floor: number | null,
  variables: () => Promise<Readonly<Record<string, string>>>,
): Measurement {
  return {
    name,
    async measure(): Promise<Row[]> {
      return withSeededServer(
        usualSubjects,
        async (server, seeded) => {
          const ours = await acceptedLoad(server, seeded)
          const constant = await constantLoad(seeded.token)
          const figures = {
            value: ours.perSecond,
            unit: 'verdicts/s',
            yardstick: 'same route, constant answer',
            yardstickValue: constant.perSecond,
          }
          const rows = [atLeast(name, figures, bar)]
          return floor === null ? rows : [...rows, atLeastAbsolute(name, figures, floor)]
        },
        await variables(),
      )
    },
  }
}

/** The same with every commit two milliseconds slower: what arrives meanwhile shares the next one. */
export const slowCommitMeasurement: Measurement = {
  name: 'verify, 2 ms more each commit',
  measure: () =>
    withSeededServer(
      usualSubjects,
      async (server, seeded) => {
        const ours = await acceptedLoad(server, seeded)
        const constant = await constantLoad(seeded.token)
        const yardstick = { yardstick: 'same route, constant answer', yardstickValue: constant.perSecond }
        return [shown('verify, 2 ms more each commit', { value: ours.perSecond, unit: 'verdicts/s', ...yardstick })]
      },
      { NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'bench', 'slow-commit.ts')).href}` },
    ),
}
