import type { Transport } from '../../../src/aws/transport.ts'
import { stepAt, totp } from '../../../src/otp/totp.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import type { CodeRequest, IssuedCode, SignIn } from '../../../src/aws/okta-authn.ts'
import type { AwsWorld } from './aws-world.ts'

/** A transport whose sleep moves the clock of the whole world, so that nobody really waits. */
export interface TestTransport extends Transport {
  /** The sum of all sleeps in milliseconds. */
  sleptMs(): number
  /** Our own clock alone: the doubles do not notice. */
  setOwnSkewMs(skewMs: number): void
}

/** The real fetch over a clock that runs with the machine's, a step just begun: none ends in the middle of a test. */
export function testTransport(world: AwsWorld): TestTransport {
  const pass = (durationMs: number) => {
    for (const double of [world.okta, world.sts, world.iam, world.signIn]) double.skewMs += durationMs
  }
  const ahead = 30_000 - (Date.now() % 30_000)
  pass(ahead)
  let slept = 0
  let ownSkew = 0
  return {
    fetch: (url, options) => fetch(url, options),
    nowMs: () => Date.now() + ahead + slept + ownSkew,
    sleep: (durationMs) => {
      slept += durationMs
      pass(durationMs)
      return Promise.resolve()
    },
    sleptMs: () => slept,
    setOwnSkewMs: (skewMs) => {
      ownSkew = skewMs
    },
  }
}

/** The user of the world, whose codes come straight from the secret; each step is waited for as a code source must. */
export function signInOf(world: AwsWorld, transport: TestTransport, more: Partial<SignIn> = {}): SignIn {
  const secret = decodeBase32(world.secretBase32)
  const code = async (request: CodeRequest): Promise<IssuedCode> => {
    const nowMs = () => transport.nowMs() + request.clockOffsetMs
    const step = Math.max(stepAt(nowMs(), 30), (request.afterStep ?? -1) + 1)
    await transport.sleep(Math.max(0, step * 30_000 - nowMs()))
    return { step, code: totp(secret, step * 30_000) }
  }
  return { userName: world.userName, password: () => Promise.resolve(world.password), totp: code, ...more }
}
