import { randomBytes } from 'node:crypto'
import { buildCommand, buildRouteMap } from '@stricli/core'
import { encodeBase32 } from '../../otp/base32.ts'
import type { CliContext } from '../context.ts'

/** RFC 4226 R6 recommends 160 bits: 32 characters without padding. */
const secretBytes = 20

const newCommand = buildCommand<object, [], CliContext>({
  func(this: CliContext): void {
    this.print(encodeBase32(randomBytes(secretBytes)))
  },
  parameters: {},
  docs: {
    brief: 'Print a new random secret, 32 Base32 characters alone',
    fullDescription: [
      'Nothing is stored: for files such as the one of WATCHWORD_GATE_TOTP_SECRET_FILE.',
      '',
      'Example:',
      '  (umask 077; watchword secret new > totp_secret)',
    ].join('\n'),
  },
})

/** `watchword secret …`: bare secrets, for whoever keeps them elsewhere. */
export const secretRoutes = buildRouteMap<'new', CliContext>({
  routes: { new: newCommand },
  docs: { brief: 'Make bare secrets' },
})
