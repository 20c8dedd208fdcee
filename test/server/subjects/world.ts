import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { RootKey } from '../../../src/crypto/root-key.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import type { RealmEntry } from '../../../src/server/subjects/directory.ts'
import type { JudgeRequest } from '../../../src/server/subjects/judge.ts'
import type { NewRealm } from '../../../src/server/subjects/make-realm.ts'
import { addressSource } from '../../../src/server/subjects/source.ts'
import { createSubjects, type Subjects } from '../../../src/server/subjects/subjects.ts'
import type { Judged } from '../../../src/server/subjects/verdict.ts'
import { byOperator, openTestCore, type TestCore } from '../../support/core.ts'
import type { DatabasePlace, TestEngine } from '../../support/engines.ts'
import type { TestClock } from '../../support/services.ts'
import { tokenWith } from './actors.ts'

/** A server's subjects on a real database, with a realm `shop` and its subject `ada`. */
export interface World {
  readonly core: TestCore
  readonly clock: TestClock
  readonly subjects: Subjects
  readonly realm: RealmEntry
  /** Adds a subject that can be verified at once. */
  addSubject(name: string): Promise<Uint8Array>
  /** The code of a subject so many steps from now. */
  code(name: string, stepsFromNow?: number): string
  judge(subject: string, code: string, more?: Partial<JudgeRequest>): Promise<Judged>
}

export const home = addressSource('192.0.2.10')
export const stranger = addressSource('203.0.113.66')

/** Opens a world; a second one on the same place and root key is another server. */
export async function openWorld(
  engine: TestEngine,
  options: { realm?: Partial<NewRealm>; place?: DatabasePlace; rootKey?: RootKey; clock?: TestClock } = {},
): Promise<World> {
  const core = await openTestCore(engine, options)
  const subjects = createSubjects(core)
  onTestFinished(() => subjects.close())
  const realm = await subjects.ensureRealm({ name: 'shop', origin: 'api', ...options.realm }, byOperator)
  const secrets = new Map<string, Uint8Array>()
  const world: World = {
    core,
    clock: core.clock,
    subjects,
    realm,
    addSubject: async (name) => {
      const secret = randomBytes(20)
      await core.storage.transaction(async (tx) => {
        const subject = await subjects.add(tx, realm, { name }, byOperator)
        await subjects.enrolment.start(tx, realm, subject, { begins: 'active', secret }, byOperator)
      })
      secrets.set(name, secret)
      return secret
    },
    code: (name, stepsFromNow = 0) => {
      const { policy } = realm
      const atMs = core.clock.nowMs() + stepsFromNow * policy.periodSeconds * 1000
      return totp(secrets.get(name) ?? new Uint8Array(20), atMs, policy)
    },
    judge: (subject, code, more = {}) => subjects.judge({ ...request(subject, code), realm: realm.name, ...more }),
  }
  return world
}

function request(subject: string, code: string): Omit<JudgeRequest, 'realm'> {
  const actor = tokenWith('verify:shop')
  return { subject, code, purpose: 'verify', source: home, actor, address: '192.0.2.1', door: 'api' }
}

/** A secret in Base32 as the code it shows now. */
export function codeOf(secretBase32: string, atMs: number): string {
  return totp(decodeBase32(secretBase32), atMs)
}

/** A code that is certainly not one of the subject's near now. */
export function wrongCode(world: World, name: string): string {
  const right = new Set([-3, -2, -1, 0, 1, 2, 3].map((steps) => world.code(name, steps)))
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555', '666666', '777777'].find((code) => !right.has(code)) ??
    ''
  )
}
