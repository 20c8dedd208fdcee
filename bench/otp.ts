import { TOTP as OtpauthTotp, Secret } from 'otpauth'
import { generateSync } from 'otplib'
import { totp } from '../src/otp/totp.ts'
import { atLeast, median, type Measurement } from './row.ts'

const secret = Buffer.from('12345678901234567890')
const rounds = 20_000

/** Codes per second over a changing clock, the middle of five runs. */
function codesPerSecond(code: (atMs: number) => string): number {
  const runs = Array.from({ length: 5 }, (_, run) => {
    const startedAt = performance.now()
    for (let index = 0; index < rounds; index += 1) code(1_700_000_000_000 + (run * rounds + index) * 30_000)
    return (rounds * 1000) / (performance.now() - startedAt)
  })
  return median(runs)
}

/** A TOTP computed, beside the libraries most programs use, in the same process. */
export const otpMeasurement: Measurement = {
  name: 'totp',
  async measure() {
    const ours = codesPerSecond((atMs) => totp(secret, atMs))
    const otpauth = new OtpauthTotp({
      secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
      digits: 6,
      period: 30,
    })
    const base32 = new Secret({ buffer: new Uint8Array(secret).buffer }).base32
    const figures = { value: ours, unit: 'codes/s' }
    return [
      atLeast(
        'totp',
        {
          ...figures,
          yardstick: 'otpauth',
          yardstickValue: codesPerSecond((timestamp) => otpauth.generate({ timestamp })),
        },
        5,
      ),
      atLeast(
        'totp',
        {
          ...figures,
          yardstick: 'otplib',
          yardstickValue: codesPerSecond((atMs) => generateSync({ secret: base32, epoch: Math.floor(atMs / 1000) })),
        },
        5,
      ),
    ]
  },
}
