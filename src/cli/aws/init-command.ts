import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import type { InitFlags } from './commands/init.ts'
import { placeFlags, secondsFlag, textFlag } from './flags.ts'

/** `init`, also under the old program's name. */
export const initCommand = buildCommand<InitFlags, [], CliContext>({
  loader: async () => (await import('./commands/init.ts')).init,
  parameters: {
    flags: {
      ssoUrl: textFlag("The Okta app's SSO URL", 'url'),
      region: textFlag('The region of the profiles', 'name'),
      userName: textFlag('The Okta user name', 'email'),
      passwordFile: textFlag('A file with the Okta password; - is standard input', 'file'),
      totpFile: textFlag(
        "A file with the TOTP secret, an otpauth URI or a QR code's image; - is standard input",
        'file',
      ),
      totpAccount: textFlag(
        "Take the codes from this account of the agent, or from team/NAME of the team's vault",
        'name',
      ),
      factor: textFlag(
        'The second factor: totp, totp:google, totp:okta, push, sms, call, email, token, hotp, question',
        'kind',
      ),
      durationSeconds: secondsFlag('How long sessions shall last at most', 900, 43_200),
      inherits: textFlag('Another configuration whose settings count where this one has none', 'name'),
      oidcClientId: textFlag("Use Identity Engine's device flow with this OIDC app", 'id'),
      oktaAppId: textFlag('The id (0oa…) of the AWS app, for the device flow', 'id'),
      caBundle: textFlag('Certificates to trust beside the usual ones', 'file'),
      check: { kind: 'boolean', default: true, brief: 'Sign in once before anything is saved' },
      ...placeFlags,
    },
  },
  docs: { brief: 'Set up the sign-in through Okta' },
})
