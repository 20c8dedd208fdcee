import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { hotp } from '../../../src/otp/hotp.ts'
import { steamCode } from '../../../src/otp/steam.ts'
import { totp } from '../../../src/otp/totp.ts'
import { migrations, schemaVersion } from '../../../src/server/database/migrations/migrations.ts'
import { type DatabasePlace, engines } from '../../support/engines.ts'
import { type KnownAccount, labPolicy, revealCode } from '../../support/filled-store.ts'
import { type KeptSchema, keptSchemas, layOut } from '../../support/kept-schema.ts'
import { caller, type TestServer, startTestServer } from '../../support/server.ts'

it('T99 keeps a filled store of every schema before today’s', () => {
  const kept = keptSchemas().map(({ schemaVersion: version }) => version)
  expect(kept.toSorted((a, b) => a - b)).toEqual(Array.from({ length: schemaVersion - 1 }, (_, index) => index + 1))
})

describe.each(keptSchemas())('a store of schema $schemaVersion', (kept) => {
  it('is one of an earlier schema than this program writes', () => {
    expect(kept.schemaVersion).toBeLessThan(schemaVersion)
  })

  describe.each(engines)('upgraded on $name', ({ freshPlace, openStorage }) => {
    it('T99 shows the same codes, verifies the same subjects and knows its tokens and people', async () => {
      const server = await serve(kept, await freshPlace())
      const { known } = kept
      const verify = caller(server, known.verifyToken)
      for (const { realm, name, secretBase32 } of known.subjects) {
        const call = realm === 'shop' ? verify : caller(server, known.rootToken)
        const code = totp(decodeBase32(secretBase32), Date.now(), realm === 'lab' ? labPolicy : {})
        const path = `/v1/realms/${realm}/subjects/${encodeURIComponent(name)}/verify`
        expect((await call('POST', path, { code })).body, `${name} in ${realm}`).toMatchObject({ accepted: true })
        expect((await call('POST', path, { code })).body).toMatchObject({ accepted: false })
      }
      for (const account of known.accounts) {
        const { code, step } = await revealCode(server, known.revealToken, account.id)
        expect(code, account.label).toBe(codeOf(account, step))
      }
      expect((await verify('POST', '/v1/realms', { name: 'more' })).status).toBe(403)
      const { username, passphrase, otpauthUri } = known.administrator
      const secret = decodeBase32(new URL(otpauthUri).searchParams.get('secret') ?? '')
      const login = await caller(server, '')('POST', '/v1/login', {
        username,
        passphrase,
        code: totp(secret, Date.now()),
      })
      expect(login).toMatchObject({ status: 200, body: { me: { person: { username: 'ada', role: 'administrator' } } } })
    })

    it('T92 keeps every record of its audit, and the chain verifies from the first one on', async () => {
      const place = await freshPlace()
      const server = await serve(kept, place)
      const verified = await caller(server, kept.known.rootToken)('POST', '/v1/audit/verify')
      expect(verified.body).toMatchObject({ whole: true, problems: [] })
      const { db } = await openStorage({ place })
      const rows = await db.selectFrom('audit_event').selectAll().execute()
      const now = new Map(rows.map((row) => [placeOf(row.chain_id, row.sequence), row]))
      const before = kept.rows['audit_event'] ?? []
      expect(before.length).toBeGreaterThan(20)
      for (const row of before) {
        const { body, hash } = now.get(placeOf(row['chain_id'], row['sequence'])) ?? {}
        expect({ body, hash: { base64: Buffer.from(hash ?? []).toString('base64') } }).toEqual({
          body: row['body'],
          hash: row['hash'],
        })
      }
    })
  })
})

describe('the steps of the schema', () => {
  it('count up without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1))
  })

  // Servers of the version before write on over the new schema: docs/guide/upgrade.md promises it.
  it.each(migrations.slice(1))('step $version only adds, so that older servers go on', ({ statements }) => {
    const adding = [
      /^create table /,
      /^create (unique )?index /,
      /^alter table \w+ add column \w+ \w+( collate "C")?$/,
      /^alter table \w+ add column \w+ .* default /,
    ]
    for (const { name } of engines) {
      const others = statements(name).filter((statement) => !adding.some((form) => form.test(statement)))
      expect(others, name).toEqual([])
    }
  })
})

async function serve(kept: KeptSchema, place: DatabasePlace): Promise<TestServer> {
  await layOut(kept, place)
  const folder = place.dataDir ?? mkdtempSync(join(tmpdir(), 'watchword-upgrade-'))
  const server = await startTestServer({
    WATCHWORD_DATA_DIR: folder,
    WATCHWORD_ROOT_KEY: kept.rootKey,
    ...(place.url === undefined ? {} : { WATCHWORD_DATABASE_URL: place.url }),
  })
  onTestFinished(async () => {
    await server.stop()
    if (place.dataDir === undefined) rmSync(folder, { recursive: true, force: true })
  })
  return server
}

function placeOf(chain: unknown, sequence: unknown): string {
  return JSON.stringify([chain, Number(sequence)])
}

function codeOf({ type, secretBase32, algorithm, digits }: KnownAccount, step: number): string {
  const secret = decodeBase32(secretBase32)
  return type === 'steam' ? steamCode(secret, step * 30_000) : hotp(secret, step, { algorithm, digits })
}
